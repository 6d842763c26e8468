"""Whether region rules, region heads and the labels of regions go together."""

from collections.abc import Collection, Mapping
from typing import Any

from torch import nn

from mmseg_uda.models.objectives import RegionClassification
from mmseg_uda.regions import FittedRegions
from mmseg_uda.regions.grids import region_name
from mmseg_uda.regions.grids.finished import FinishedLabels
from mmseg_uda.registry import REGIONS
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.suggestions import did_you_mean

from ..config.overrides import regions_in
from ..errors import StageError
from .building import building
from .signatures import check_arguments


def check_rules(rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Check rules that sort regions into kinds.

    Args:
        rules: Their configs by the name that objectives ask for the labels.

    Raises:
        StageError: If there is no such rule, or an option of it is unknown or out of
            range.
    """
    for name, rule in rules.items():
        what = f"rule of {name} (an option set to None is left out)"
        check_arguments(REGIONS, rule, what)
        with building(f"the rule of {name}"):
            REGIONS.build(dict(rule))


def check_typed(stage: str, rules: Mapping[str, Any]) -> None:
    """Check that each rule has a type; an option of a misspelt size makes one.

    Args:
        stage: Name of the stage.
        rules: Its rules by the name of the size of their patches.

    Raises:
        StageError: If one has none.
    """
    typed = [s for s, r in rules.items() if isinstance(r, Mapping) and "type" in r]
    for size in rules:
        if size not in typed:
            raise StageError(
                f"stage '{stage}': rules.{size} has no 'type', got "
                f"{plain(rules[size])}. Those with one: {', '.join(typed) or 'none'}."
                + did_you_mean(size, typed)
            )


def rules_on_disk(
    cfg: Mapping[str, Any], stages: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Read the rules of the finished regions whose folders a config names itself.

    Args:
        cfg: Config of a training stage.
        stages: Names of the stages that find regions for it; theirs are left out.

    Returns:
        Config of each rule by the name that objectives ask for its labels.
    """
    rules: dict[str, dict[str, Any]] = {}
    for node in regions_in(cfg):
        name, folder = str(node.get("name")), node.get("region_dir")
        if not folder or name in stages:
            continue
        if node["type"] == "LoadRegionLabels":
            made = FinishedLabels(folder).rules.items()
            rules |= {region_name(size): rule for size, rule in made}
        else:
            rules[name] = FittedRegions(folder).rule_config
    return rules


def check_region_heads(
    model: nn.Module, rules: Mapping[str, Mapping[str, Any]]
) -> None:
    """Check the region heads of a model against the labels that they will learn.

    Args:
        model: The built model.
        rules: Rules of the regions that its data label by the name of these labels.

    Raises:
        StageError: If labels of that name are made nowhere, or head and rule differ in
            the size of the patches or the number of kinds.
    """
    for name, objective in getattr(model, "objectives", {}).items():
        if not isinstance(objective, RegionClassification):
            continue
        labels = objective.labels
        if labels not in rules:
            raise StageError(
                f"objective '{name}' learns the regions '{labels}', but the "
                f"train_dataloader labels {', '.join(sorted(rules)) or 'none'}."
                " If a size was left out, leave out its objective, too "
                "(docs/region_labels.md)." + did_you_mean(labels, rules, cutoff=0.85)
            )
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
