"""Trying the pretrained weights of a network before a stage is begun."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.model import BaseModule
from torch import nn

from mmseg_uda.models.backbones import PretrainedTrunk
from mmseg_uda.weights.checkpoints import compare_with_model, load_weights_file
from mmseg_uda.weights.published import below, without_wrappers

from ..ranks import say
from .building import building

_ADVICE = "Give another file with --pretrained FILE, or random weights: none"
_SHOWN = 5


def check_pretrained(model: nn.Module) -> None:
    """Load the pretrained weights of a model's parts, where they are on this disk.

    Raises:
        StageError: If they cannot be read or don't fit.
    """
    for name, module in model.named_modules():
        for entry in _pretrained_in(getattr(module, "init_cfg", None)):
            with building(f"pretrained weights of {name or 'the model'} ({_ADVICE})"):
                if isinstance(module, PretrainedTrunk):
                    module.init_weights()
                elif "://" not in entry["checkpoint"]:
                    _check_fit(name, module, entry)


def _check_fit(name: str, module: nn.Module, entry: Mapping[str, Any]) -> None:
    """Check what mmengine would only log: that the file is of this network."""
    path = Path(entry["checkpoint"]).expanduser()
    read, prefix = load_weights_file(path), entry.get("prefix")
    if type(module).init_weights is not BaseModule.init_weights:
        return  # it may rename what it reads
    weights = below(read, prefix) if prefix else without_wrappers(read)
    report = compare_with_model(module, weights)
    lost = [*report.missing, *report.wrong_shape]
    wanted = len(module.state_dict())
    # files often lack norms of outputs, and hold a classifier beyond the backbone
    if 2 * len(lost) > wanted:
        raise ValueError(
            f"'{path}' is of another network: it has {wanted - len(lost)} of the "
            f"{wanted} tensors of {type(module).__name__}.{_hint(read, module)}"
            f"\n{report}"
        )
    if lost:
        more = ", ..." * (len(lost) > _SHOWN)
        say(
            f"warning: '{path}' has not all of {name}: {len(lost)} of its {wanted} "
            f"tensors start from random numbers: {', '.join(lost[:_SHOWN])}{more}"
        )


def _hint(weights: Mapping[str, Any], module: nn.Module) -> str:
    wanted = set(module.state_dict())
    for prefix in {name.partition(".")[0] for name in weights}:
        if wanted.issubset(below(dict(weights), prefix)):
            return f" All of them are below '{prefix}.': set prefix='{prefix}.' there."
    return ""


def _pretrained_in(init_cfg: Any) -> Sequence[dict]:
    entries = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    return [
        entry
        for entry in entries
        if isinstance(entry, Mapping) and entry.get("type") == "Pretrained"
    ]
