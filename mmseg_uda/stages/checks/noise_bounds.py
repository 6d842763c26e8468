"""Whether ``eps="auto"`` of maps will be found, before any stage runs."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmseg.registry import DATASETS
from torch import nn

from mmseg_uda.engine.bound_checks import (
    auto_maps,
    check_labelled,
    check_maps,
    check_not_target,
)
from mmseg_uda.engine.walk import dicts_in

from ..config.config_nodes import bound_hooks
from ..errors import StageError
from .building import building
from .classes import check_classes
from .signatures import check_arguments

_FILLED_LATER = {
    "PseudoLabelledDataset": "pseudo_label_dir",
    "TranslatedDataset": "translated_dir",
}


def check_noise_bounds(stage: str, cfg: Config, model: nn.Module) -> None:
    """Check that every map with ``eps="auto"`` has a hook that finds its bound.

    Raises:
        StageError: If one has none, a hook names a map without it or one of several
            domains, or its data set cannot be that of the model.
    """
    hooks = bound_hooks(cfg)
    for hook in hooks:
        with building(f"stage '{stage}'"):
            check_arguments(DATASETS, hook["dataset"], "NoiseBoundHook.dataset")
            both = {**cfg, "NoiseBoundHook": hook}
            check_classes(both, model, "train_dataloader", "NoiseBoundHook")
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
    """Check the images that bounds are found on.

    Raises:
        StageError: If they are not there, lie in the target's folder, or have no
            labels.
    """
    for hook in bound_hooks(cfg):
        with building(f"stage '{stage}', NoiseBoundHook.dataset"):
            targets = [_listed(node) for node in _targets(cfg)]
            check_not_target(_listed(hook["dataset"]), targets)
            if not _is_made_later(hook["dataset"]):
                check_labelled(DATASETS.build(copy.deepcopy(hook["dataset"])))


def _is_made_later(node: Mapping[str, Any]) -> bool:
    """Whether a data set waits for what an earlier stage makes."""
    return any(
        inner.get("type") in _FILLED_LATER
        and not inner.get(_FILLED_LATER[inner["type"]])
        for inner in dicts_in(node)
    )


def _listed(node: Mapping[str, Any]) -> Any:
    """Build a data set without its labels, which a stage may have to make first."""
    node = node["images"] if isinstance(node.get("images"), Mapping) else node
    return DATASETS.build({**node, "pipeline": []})


def _targets(cfg: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    training, validated = (
        (cfg.get(loader) or {}).get("dataset") or {}
        for loader in ("train_dataloader", "val_dataloader")
    )
    domains = [*(training.get("domains") or {}).items()]
    domains += (validated.get("domains") or {"": validated}).items()
    return [node for name, node in domains if node and name != "source"]
