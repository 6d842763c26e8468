"""Pretrained weights of timm's networks, in the names of their features alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mmseg_uda.weights.published import below, without_wrappers
from mmseg_uda.weights.safe_loading import load_weights_file

from .download import local_file

if TYPE_CHECKING:
    from .timm_trunk import TimmTrunk

SCHEME = "timm://"
# heads of classifiers, whatever their norm
_HEADS = re.compile(r"(fc|classifier|heads?|head_dist|fc_norm)[._]")
# options of what returns features, which a classifier does not take
_OF_FEATURES = ("out_indices", "feature_cls")
_SHOWN = 5
_OFFLINE = (
    "Without a network, download model.safetensors of it elsewhere "
    "(huggingface.co/timm/{name}) and give the file with `--pretrained FILE`; "
    "`--pretrained none` starts from random weights"
)


def read_timm_weights(
    trunk: TimmTrunk, checkpoint: str, prefix: str | None = None
) -> dict[str, Tensor]:
    """Return weights in the names of a trunk's ``timm_model``.

    Args:
        trunk: The backbone that they are for.
        checkpoint: ``timm://MODEL.TAG``, a file, or an address of one.
        prefix: Take only the weights of a file below this name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If they can't be fetched or read, or a weight of the file fits
            nowhere, or one of the trunk is not in it.
    """
    if checkpoint.startswith(SCHEME):
        return _in_names_of(trunk, _from_hub(trunk, checkpoint), checkpoint)
    weights = load_weights_file(local_file(checkpoint))
    weights = below(weights, prefix) if prefix else without_wrappers(weights)
    for trained in ("backbone.timm_model", "segmentor.backbone.timm_model"):
        if below(weights, trained):
            return below(weights, trained)
    own = below(weights, "timm_model")
    return own or _in_names_of(
        trunk, _from_file(trunk, weights, checkpoint), checkpoint
    )


def _whole(trunk: TimmTrunk, tag: str = "") -> nn.Module:
    """Build the network that timm's weights are of: not features alone, no classes."""
    import timm

    options = {k: v for k, v in trunk.options.items() if k not in _OF_FEATURES}
    with torch.random.fork_rng(devices=[]):
        return timm.create_model(
            trunk.model_name + tag, pretrained=False, num_classes=0, **options
        )


def _from_hub(trunk: TimmTrunk, address: str) -> dict[str, Tensor]:
    """Fetch weights by timm's own means, which keeps them in the hub's cache."""
    model, _, tag = address.removeprefix(SCHEME).partition(".")
    if model != trunk.model_name:
        raise ValueError(
            f"'{address}' are weights of {model}, but the backbone is "
            f"{trunk.model_name}; change one of them"
        )
    try:
        network = _whole(trunk, f".{tag}" if tag else "")
        cfg = dict(network.pretrained_cfg)
        missing, _ = _load(trunk, network, cfg)
    except Exception as error:  # of the hub, of the network, of timm
        name = address.removeprefix(SCHEME)
        said = next(iter(str(error).splitlines()), "")[:200]
        raise ValueError(
            f"cannot take the weights '{address}' from timm's hub "
            f"({type(error).__name__}: {said}). "
            f"{_OFFLINE.format(name=name)}."
        ) from error
    return _without(network.state_dict(), missing)


def _from_file(
    trunk: TimmTrunk, weights: dict[str, Tensor], checkpoint: str
) -> dict[str, Tensor]:
    """Bring the weights of a file to timm's names, which knows those of the authors."""
    network = _whole(trunk)
    cfg = {**network.pretrained_cfg, "state_dict": weights, "custom_load": False}
    try:
        missing, unexpected = _load(trunk, network, cfg)
    except (RuntimeError, KeyError, AttributeError) as error:
        text = str(error).replace("\n\t", " ")
        raise ValueError(
            f"'{checkpoint}' is no file of timm's {trunk.model_name}: {text[:600]}"
        ) from error
    strange = [name for name in unexpected if not _HEADS.match(name)]
    if strange:
        more = ", ..." * (len(strange) > _SHOWN)
        raise ValueError(
            f"'{checkpoint}' holds {len(strange)} tensors that fit nowhere in timm's "
            f"{trunk.model_name}: {', '.join(strange[:_SHOWN])}{more}. Nothing was "
            "loaded; give a file of that network, or change model_name"
        )
    return _without(network.state_dict(), missing)


def _load(
    trunk: TimmTrunk, network: nn.Module, cfg: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Load by timm's means; return what was missing, and what fitted nowhere."""
    from timm.models import load_pretrained

    found: list[tuple[list[str], list[str]]] = []

    def record(_: nn.Module, keys: Any) -> None:
        found.append((list(keys.missing_keys), list(keys.unexpected_keys)))

    handle = network.register_load_state_dict_post_hook(record)
    to_own_names = getattr(
        sys.modules[type(network).__module__], "checkpoint_filter_fn", None
    )
    load_pretrained(
        network,
        pretrained_cfg=cfg,
        num_classes=0,
        in_chans=trunk.options["in_chans"],
        filter_fn=to_own_names,
        strict=False,
    )
    handle.remove()
    return found[-1] if found else ([], [])


def _without(weights: Mapping[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    return {name: w for name, w in weights.items() if name not in names}


def _in_names_of(
    trunk: TimmTrunk, weights: Mapping[str, Tensor], checkpoint: str
) -> dict[str, Tensor]:
    """Rename a whole network's weights to those of its features.

    timm calls ``stages.0.blocks`` there ``stages_0.blocks``, and a transformer
    ``model``; heads and layers behind the last level are not there.
    """
    by_name = {_flat(name): weight for name, weight in weights.items()}
    wanted = trunk.timm_model.state_dict()
    lost = [name for name in wanted if _flat(name) not in by_name]
    if lost:
        more = ", ..." * (len(lost) > _SHOWN)
        raise ValueError(
            f"'{checkpoint}' lacks {len(lost)} of the {len(wanted)} tensors of "
            f"{trunk.model_name}: {', '.join(lost[:_SHOWN])}{more}. Nothing was loaded"
        )
    return {name: by_name[_flat(name)] for name in wanted}


def _flat(name: str) -> str:
    return name.removeprefix("model.").replace(".", "_")
