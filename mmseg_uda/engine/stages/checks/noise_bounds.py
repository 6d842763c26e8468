"""Whether ``eps="auto"`` of maps will be found, before any stage runs."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmseg.registry import DATASETS
from torch import nn

from mmseg_uda.engine.hooks.noise_bound_hook import (
    auto_maps,
    check_maps,
    check_not_target,
)

from ..config_nodes import bound_hooks
from ..errors import StageError
from .building import building


def check_noise_bounds(stage: str, cfg: Config, model: nn.Module) -> None:
    """Check that every map with ``eps="auto"`` has a hook that finds its bound.

    Raises:
        StageError: If one has none, or a hook names a map without it.
    """
    hooks = bound_hooks(cfg)
    named = [name for hook in hooks for name in hook.get("maps") or ()]
    with building(f"stage '{stage}'"):
        check_maps(named, model)
    for name in auto_maps(model):
        if named.count(name) != 1:
            raise StageError(
                f"stage '{stage}': map '{name}' has noise=dict(eps='auto'), which a "
                "NoiseBoundHook finds before the training, and this config has "
                f"{named.count(name) or 'none'} for it. Add default_hooks.noise_bound="
                f"dict(type='NoiseBoundHook', maps=['{name}'], dataset=dict(...)) with "
                "a labelled data set of the source, or set eps to a number"
            )


def check_bound_images(stage: str, cfg: Mapping[str, Any]) -> None:
    """Check that the images that bounds are found on are there, and not the target's.

    Raises:
        StageError: If they are not there, or lie in the target's folder.
    """
    for hook in bound_hooks(cfg):
        with building(f"stage '{stage}', NoiseBoundHook.dataset"):
            targets = [_listed(node) for node in _targets(cfg)]
            check_not_target(_listed(hook["dataset"]), targets)


def _listed(node: Mapping[str, Any]) -> Any:
    """Build a data set without its labels, which a stage may have to make first."""
    node = node["images"] if isinstance(node.get("images"), Mapping) else node
    return DATASETS.build({**node, "pipeline": []})


def _targets(cfg: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    training = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    domains = (training.get("domains") or {}).items()
    validated = (cfg.get("val_dataloader") or {}).get("dataset")
    return [
        node for name, node in (*domains, ("", validated)) if node and name != "source"
    ]
