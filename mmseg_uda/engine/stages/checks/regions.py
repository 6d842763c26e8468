"""Whether region rules, region heads and the labels of regions go together."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from mmseg_uda.models.objectives import RegionClassification
from mmseg_uda.plain import plain
from mmseg_uda.registry import REGIONS
from mmseg_uda.suggestions import did_you_mean

from ..errors import StageError
from ..overrides import regions_in
from ..region_label_stage import labelled_data
from ..stage import Stage
from .building import building
from .signatures import check_arguments


def check_finding(stage: Stage, cfg: Config) -> None:
    """Check what a stage that finds regions needs, but for the files.

    Raises:
        StageError: If there is no such rule, an option of it is unknown or out of
            range, or the training data don't label its regions.
    """
    init_default_scope(cfg.get("default_scope", "mmseg"))
    _check_typed(stage)
    for name, rule in stage.region_rules.items():
        what = f"rule of {name} (an option set to None is left out)"
        check_arguments(REGIONS, rule, what)
        with building(f"the rule of {name}"):
            REGIONS.build(dict(rule))
    labelled_data(stage, cfg)


def _check_typed(stage: Stage) -> None:
    """Check that each rule has a type; an option of a misspelt size makes one."""
    rules = stage.rules or {}
    typed = [s for s, r in rules.items() if isinstance(r, Mapping) and "type" in r]
    for size in rules:
        if size not in typed:
            raise StageError(
                f"stage '{stage.name}': rules.{size} has no 'type', got "
                f"{plain(rules[size])}. Those with one: {', '.join(typed) or 'none'}."
                + did_you_mean(size, typed)
            )


def check_region_heads(
    model: nn.Module, cfg: Config, rules: Mapping[str, Mapping[str, Any]]
) -> None:
    """Check the region heads of a model against the labels that they will learn.

    Args:
        model: The built model.
        cfg: Config of its stage.
        rules: Rules of the stage's regions by the name of their labels.

    Raises:
        StageError: If labels of that name are made nowhere, or head and rule differ in
            the size of the patches or the number of kinds.
    """
    made = {*rules, *(str(node.get("name")) for node in regions_in(cfg))}
    for name, objective in getattr(model, "objectives", {}).items():
        if not isinstance(objective, RegionClassification):
            continue
        labels = objective.labels
        if labels not in made:
            raise StageError(
                f"objective '{name}' learns the regions '{labels}', but the "
                f"train_dataloader labels {', '.join(sorted(made)) or 'none'}."
                + did_you_mean(labels, made)
            )
        if labels in rules:
            _check_head(objective.head, model.heads[objective.head], rules[labels])


def _check_head(name: str, head: nn.Module, rule: Mapping[str, Any]) -> None:
    with building("rule"):
        built = REGIONS.build(dict(rule))
    for option in ("patch_size", "num_regions"):
        ours, theirs = getattr(head, option), getattr(built, option)
        if ours != theirs:
            raise StageError(
                f"head '{name}' has {option} {ours}, the rule {rule['type']} of its "
                f"labels {theirs}; make them the same"
            )
