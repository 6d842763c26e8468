"""Names of weights: those of the literature's checkpoints and those of mmseg."""

from collections.abc import Iterable

from torch import Tensor

# data-parallel saves, torch.compile, the field's init file, and common attributes
_WRAPPERS = ("module.", "_orig_mod.", "Scale.", "model.", "net.")
#: First components of the names of segmentation heads.
HEADS = ("layer5", "layer6")
#: That of the head on a VGG-16.
VGG_HEAD = "classifier"
_TRUNK = ("features.", "conv1.", "bn1.", "layer1.", "layer2.", "layer3.", "layer4.")


def wrapper_prefix(names: Iterable[str]) -> str:
    """Return the part such as ``module.`` or ``Scale.`` with which all names begin."""
    names, prefix = list(names), ""
    while names:
        longer = (prefix + start for start in _WRAPPERS)
        found = next((p for p in longer if all(n.startswith(p) for n in names)), None)
        if found is None:
            break
        prefix = found
    return prefix


def without_wrappers(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Strip ``module.`` (data-parallel saves) and ``Scale.`` (the field's init file).

    Args:
        weights: Weights by name. A prefix is stripped only if every name has it.
    """
    length = len(wrapper_prefix(weights))
    return {name[length:]: weight for name, weight in weights.items()}


def below(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the weights under a prefix, which is then gone from their names.

    Args:
        weights: Weights by name, with wrappers' prefixes or not.
        prefix: Such as ``backbone``; with or without those of wrappers.
    """
    start = f"{prefix.rstrip('.')}."
    for named in (weights, without_wrappers(weights)):
        found = {n[len(start) :]: w for n, w in named.items() if n.startswith(start)}
        if found:
            return found
    return {}


def heads_in(names: Iterable[str]) -> list[str]:
    """Return which of ``layer5`` and ``layer6`` are there, the main head last.

    On a VGG-16 the one head is called ``classifier``, as that of an image classifier
    is, but has dilated branches.

    In the checkpoints of AdaptSegNet, ADVENT, CLAN, MRNet and RPLUE ``layer6`` is the
    main head and ``layer5`` the auxiliary one; in those of the single-headed FDA, BDL
    and CRST ``layer5`` is the main head, in those of a single-headed ADVENT ``layer6``.

    Args:
        names: Names without wrappers' prefixes.
    """
    names = list(names)
    if any(name.startswith(f"{VGG_HEAD}.conv2d_list.") for name in names):
        return [VGG_HEAD]
    return sorted({name.split(".")[0] for name in names} & set(HEADS))


def mmseg_name(name: str, heads: list[str]) -> str | None:
    """Translate the name of a weight; None if mmseg's net has no place for it.

    Args:
        name: Name without wrappers' prefixes.
        heads: As from :func:`heads_in`.
    """
    first, _, rest = name.partition(".")
    if first in heads:
        return f"{'decode' if first == heads[-1] else 'auxiliary'}_head.{rest}"
    return f"backbone.{name}" if name.startswith(_TRUNK) else None
