"""Finding kinds of regions as a stage of a run."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.regions import fit_regions

from .errors import StageError
from .ranks import say
from .resolve import Resolver
from .stage import Stage


def run_region_label_stage(resolver: Resolver, stage: Stage, cfg: Config) -> None:
    """Sort the regions of the source's labels into kinds; called on all ranks.

    Args:
        resolver: The run.
        stage: The stage, with its rule.
        cfg: Config of the stage that learns from it.

    Raises:
        ValueError: If the labels don't hold as many kinds.
    """
    init_default_scope(cfg.get("default_scope", "mmseg"))
    dataset = DATASETS.build(labelled_data(stage, cfg))
    report = fit_regions(
        stage.rule,
        dataset,
        dataset.metainfo["classes"],
        resolver.folder(stage),
        _seed(cfg),
    )
    sizes = sorted(report["sizes"])
    say(
        f"{stage.name}: {report['patches_fitted']} patches of {report['images']} "
        f"images in {len(sizes)} kinds of {sizes[0]} to {sizes[-1]}; "
        f"{report['share_ignored']:.2%} of the patches have too few labels"
    )


def labelled_data(stage: Stage, cfg: Mapping[str, Any]) -> dict:
    """Return the data set whose regions a stage is to find.

    Its pipeline is that of the training, up to the transform that labels the regions,
    so that patches are found at the size at which they will be labelled.

    Raises:
        StageError: If no domain labels regions of that name.
    """
    domains = (cfg["train_dataloader"]["dataset"].get("domains") or {}).items()
    for _, domain in domains:
        pipeline = list((domain or {}).get("pipeline") or ())
        for index, transform in enumerate(pipeline):
            is_one = transform.get("type") == "LabelRegions"
            if is_one and transform.get("name") == stage.name:
                before = [t for t in pipeline[:index] if t["type"] != "LabelRegions"]
                return copy.deepcopy({**domain, "pipeline": before})
    raise StageError(
        f"stage '{stage.name}': no domain of {stage.config} has dict(type="
        f"'LabelRegions', name='{stage.name}') in its pipeline, so there are no labels "
        "to find regions in"
    )


def deciding_regions(stage: Stage, cfg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a config that decide which kinds are found."""
    return {
        "rule": stage.rule,
        "train_dataloader": {"dataset": labelled_data(stage, cfg)},
        "randomness": {"seed": _seed(cfg)},
    }


def _seed(cfg: Mapping[str, Any]) -> int:
    return (cfg.get("randomness") or {}).get("seed") or 0
