"""Options of segmentation heads that only their own losses would use."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.registry import Registry
from mmseg.registry import MODELS

from mmseg_uda.models.objectives import Supervised
from mmseg_uda.models.segmentors import UDASegmentor
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.utils.plain import plain

from ..errors import StageError

_HEADS = ("decode_head", "auxiliary_head")
#: What stands in every file of mmseg, so that nobody has chosen it.
_PLAIN_WEIGHTS = (1, 0.4)
_HARMLESS = {
    "type": None,
    "_scope_": None,
    "loss_name": None,
    "use_sigmoid": (False, None),
    "use_mask": (False, None),
    "reduction": ("mean", None),
    "class_weight": (None,),
    "avg_non_ignore": (False, None),
    "loss_weight": (*_PLAIN_WEIGHTS, None),
}
#: What stands in mmseg's own file of a network, by the type of its backbone.
_CGNET_WEIGHTS = [2.5959933, 6.7415504, 3.5354059, 9.8663225, 9.690899, 9.369352]
_CGNET_WEIGHTS += [10.289121, 9.953208, 4.3097677, 9.490387, 7.674431, 9.396905]
_CGNET_WEIGHTS += [10.347791, 6.3927646, 10.226669, 10.241062, 10.280587, 10.396974]
_CGNET_WEIGHTS += [10.055647]
_STOCK = {
    "CGNet": {"loss_decode.class_weight": _CGNET_WEIGHTS},
    "FastSCNN": {"loss_decode.use_sigmoid": True},
    "STDCContextPathNet": {
        "sampler": {"type": "OHEMPixelSampler", "thresh": 0.7, "min_kept": 10000}
    },
}

_BALANCE = (
    "{o}.class_balance=dict(num_classes=...) weights rare classes; fixed weights by "
    "class there are none"
)
_HARDEST = "{o}.keep_hardest=0.2 keeps the 20 % of the pixels with the largest loss"
_INSTEAD = {
    "loss_decode.class_weight": _BALANCE,
    "loss_decode.loss_weight": "{o}.loss_weight, lambda by segmentation head",
    "loss_decode.avg_non_ignore": "{o}.average='valid', the default, does the same",
    "loss_decode.use_sigmoid": "none: there is one channel a class and a softmax",
    "sampler": _HARDEST,
    "ignore_index": "label_map={{{v!r}: 255}} of the data set, as 255 is ignored",
}
_LOSSES = {
    "CrossEntropyLoss": "{o} is one",
    "FocalLoss": "{o}.focal_gamma=2.0",
    "OhemCrossEntropy": _HARDEST,
}
_NO_OBJECTIVE = (
    "no objective does that; {o} is a cross-entropy, or a focal loss with focal_gamma. "
    "To write one, see CONTRIBUTING.md"
)


def check_head_losses(model: Mapping[str, Any]) -> list[str]:
    """Refuse options of the wrapped segmentor's losses that somebody has chosen.

    :class:`UDASegmentor` minimises its objectives; the heads' own losses are never
    computed. What mmseg's files of networks hold as they come is nobody's choice.

    Args:
        model: Config of the model, built or not: a loss that cannot be built is one of
            these, too. Nothing is checked but for a :class:`UDASegmentor`.

    Returns:
        What to tell of unused options that come with mmseg's file of the network.

    Raises:
        StageError: If a head has others; says what does the same.
    """
    segmentor = model.get("segmentor")
    is_ours = _is_a(model.get("type"), MODELS, UDASegmentor)
    if not (is_ours and isinstance(segmentor, Mapping)):
        return []
    stock = _STOCK.get(_name((segmentor.get("backbone") or {}).get("type")), {})
    chosen, notes = [], []
    for where, option, value in _unused(segmentor):
        if option in stock and plain(value) == stock[option]:
            notes.append(f"{where}.{option}")
        else:
            chosen.append((where, option, value))
    if chosen:
        told = "".join(f"\n  {_instead(model, *one)}" for one in chosen)
        raise StageError(
            "options of the segmentation heads' own losses would do nothing, as the "
            f"objectives are minimised in their place. What to set instead:{told}\n"
            "Take them out (None, or for a loss_decode _delete_=True and "
            "type='CrossEntropyLoss')."
        )
    return notes


def _unused(segmentor: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield head, option and value of all that is not as mmseg's files have it."""
    for key in _HEADS:
        given = segmentor.get(key)
        several = isinstance(given, list | tuple)
        for number, head in enumerate(given if several else [given]):
            where = f"model.segmentor.{key}" + (f".{number}" if several else "")
            if isinstance(head, Mapping):
                yield from ((where, *found) for found in _unused_in(head))


def _unused_in(head: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if head.get("sampler"):
        yield "sampler", head["sampler"]
    if head.get("ignore_index", 255) != 255:
        yield "ignore_index", head["ignore_index"]
    loss = head.get("loss_decode")
    losses = loss if isinstance(loss, list | tuple) else [loss]
    losses = [one for one in losses if isinstance(one, Mapping)]
    kinds = [_name(one.get("type")) for one in losses]
    if kinds not in ([], ["CrossEntropyLoss"]):
        yield "loss_decode", kinds
        return
    for option, value in (losses[0] if losses else {}).items():
        usual = _HARMLESS.get(option, ())
        if usual is not None and value not in usual:
            yield f"loss_decode.{option}", value


def _instead(model: Mapping[str, Any], where: str, option: str, value: Any) -> str:
    names = [
        name
        for name, objective in (model.get("objectives") or {}).items()
        if _is_a((objective or {}).get("type"), OBJECTIVES, Supervised)
    ]
    objective = f"model.objectives.{names[0]}" if names else "a Supervised objective"
    texts = [_INSTEAD.get(option, _NO_OBJECTIVE)]
    if option == "loss_decode":
        texts = [_LOSSES.get(kind, _NO_OBJECTIVE) for kind in value]
        value = " + ".join(value)
    told = "; ".join(dict.fromkeys(texts)).format(o=objective, v=value)
    return f"{where}.{option}={_short(value)}: {told}"


def _is_a(kind: Any, registry: Registry, cls: type) -> bool:
    kind = registry.get(kind) if isinstance(kind, str) else kind
    return isinstance(kind, type) and issubclass(kind, cls)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(plain(value))
    return text if len(text) < 60 else f"{text[:50]}..."


def _name(kind: Any) -> str:
    """Return the plain name of a type, which may be a class or have a scope."""
    return str(getattr(kind, "__name__", kind)).rsplit(".", 1)[-1]
