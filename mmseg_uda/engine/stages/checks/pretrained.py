"""Trying the pretrained weights of a backbone before a stage is begun."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.checkpoints import compare_with_model, load_weights_file
from mmseg_uda.models.backbones import PretrainedTrunk
from mmseg_uda.models.backbones.download import local_file
from mmseg_uda.published import below, without_wrappers

from ..overrides import backbone_of
from .building import building

_ADVICE = "Give another file with --pretrained FILE, or random weights: none"


def fetch_pretrained(cfg: Config) -> None:
    """Download the pretrained weights that a config names, and name the file instead.

    Under a launcher every rank must call this: they wait for each other.

    Raises:
        ValueError: If that is not possible.
    """
    backbone = backbone_of(cfg) or {}
    kind = MODELS.get(backbone.get("type", ""))
    if not (isinstance(kind, type) and issubclass(kind, PretrainedTrunk)):
        return  # mmengine knows more addresses than we do
    for entry in _pretrained_in(backbone.get("init_cfg")):
        if "://" in str(entry.get("checkpoint")):
            entry["checkpoint"] = str(local_file(entry["checkpoint"]))


def check_pretrained(model: nn.Module) -> None:
    """Load the pretrained weights of a model's backbone, if it has some on this disk.

    Raises:
        StageError: If they cannot be read or don't fit.
    """
    backbone = getattr(getattr(model, "segmentor", model), "backbone", None)
    for entry in _pretrained_in(getattr(backbone, "init_cfg", None)):
        with building(f"pretrained weights of the backbone ({_ADVICE})"):
            if isinstance(backbone, PretrainedTrunk):
                backbone.init_weights()
            elif "://" not in entry["checkpoint"]:
                _check_fit(backbone, entry)


def _check_fit(backbone: nn.Module, entry: Mapping[str, Any]) -> None:
    """Check what mmengine would only log: that the file is of this network."""
    path = Path(entry["checkpoint"]).expanduser()
    weights, prefix = load_weights_file(path), entry.get("prefix")
    weights = below(weights, prefix) if prefix else without_wrappers(weights)
    report = compare_with_model(backbone, weights)
    wanted = len(backbone.state_dict())
    lost = len(report.missing) + len(report.wrong_shape)
    # files often lack norms of outputs, and hold a classifier beyond the backbone
    if 2 * lost > wanted:
        raise ValueError(
            f"'{path}' is of another network: it has {wanted - lost} of the {wanted} "
            f"tensors of {type(backbone).__name__}.\n{report}"
        )


def _pretrained_in(init_cfg: Any) -> Sequence[dict]:
    entries = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    return [e for e in entries if isinstance(e, Mapping) and e["type"] == "Pretrained"]
