"""Finding kinds of regions as a stage of a run."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.regions import fit_regions
from mmseg_uda.regions.grids import make_region_labels, region_advice, region_table

from .errors import StageError
from .inputs import Inputs
from .overrides import COMES_BY_ITSELF, REGION_TRANSFORMS
from .ranks import say
from .resolve import Resolver
from .stage import REGION_GRID, Stage


def run_region_stage(
    resolver: Resolver, stage: Stage, cfg: Config, inputs: Inputs
) -> None:
    """Sort the regions of the source's labels into kinds; called on all ranks.

    Args:
        resolver: The run.
        stage: The stage, with its rules.
        cfg: Config of the stage that learns from it.
        inputs: What it starts from: nothing.

    Raises:
        ValueError: If the labels don't hold as many kinds.
    """
    init_default_scope(cfg.get("default_scope", "mmseg"))
    dataset = DATASETS.build(labelled_data(stage, cfg))
    if stage.kind == REGION_GRID:
        report = make_region_labels(
            stage.rules, dataset, stage.scale, resolver.folder(stage), seed_of(cfg)
        )
        say(f"{region_table(report)}\n{stage.name}: {region_advice(report)}")
        return
    report = fit_regions(
        stage.rule,
        dataset,
        dataset.metainfo["classes"],
        resolver.folder(stage),
        seed_of(cfg),
    )
    sizes = sorted(report["sizes"])
    say(
        f"{stage.name}: {report['patches_fitted']} patches of {report['images']} "
        f"images in {len(sizes)} kinds of {sizes[0]} to {sizes[-1]}; "
        f"{report['share_ignored']:.2%} of the patches have too few labels"
    )


def grid_stage(resolver: Resolver, name: str | None = None) -> Stage:
    """Return the region-grid stage of a run.

    Args:
        resolver: The run.
        name: Its name, if there may be several.

    Raises:
        StageError: If there is none, or none of that name, or several and no name.
    """
    there = [stage for stage in resolver.stages if stage.kind == REGION_GRID]
    names = ", ".join(stage.name for stage in there)
    if name is not None:
        found = resolver.find(name)
        if found.kind == REGION_GRID:
            return found
        raise StageError(
            f"--stage {name} is a {found.kind}, not a {REGION_GRID}. Of these the "
            f"config has: {names or 'none'}"
        )
    if not there:
        raise StageError(
            f"{resolver.request.config} has no {REGION_GRID}, so there are no label "
            "grids to make. Give a config that has one, such as "
            "configs/mlan/cr_al_gta.py, or add it: docs/region_labels.md"
        )
    if len(there) > 1:
        raise StageError(
            f"{resolver.request.config} has several {REGION_GRID}s; choose one by "
            f"--stage: {names}"
        )
    return there[0]


def labelled_data(stage: Stage, cfg: Mapping[str, Any]) -> dict:
    """Return the data set whose regions a stage is to find.

    Its pipeline is that of the training, up to the transform that labels the regions,
    so that patches are found at the size at which they will be labelled. For a
    region-grid stage, which reads labels alone, there is none.

    Raises:
        StageError: If no domain labels regions of that name, or they get lost.
    """
    kind = REGION_TRANSFORMS[stage.kind]
    domains = (cfg["train_dataloader"]["dataset"].get("domains") or {}).items()
    for _, domain in domains:
        pipeline = list((domain or {}).get("pipeline") or ())
        for index, transform in enumerate(pipeline):
            if transform.get("type") != kind or transform.get("name") != stage.name:
                continue
            before = [t for t in pipeline[:index] if t["type"] != kind]
            if stage.kind == REGION_GRID:
                _check_packed(stage, pipeline[index:])
                before = []
            # translations of images have the labels of these
            labelled = domain["images"] if "translated_dir" in domain else domain
            return copy.deepcopy({**labelled, "pipeline": before})
    raise StageError(
        f"stage '{stage.name}': no domain of {stage.config} has dict(type='{kind}', "
        f"name='{stage.name}') in its pipeline, so there are no labels to find regions "
        "in" + (f". {COMES_BY_ITSELF}" if stage.kind == REGION_GRID else "")
    )


def _check_packed(stage: Stage, rest: Sequence[Mapping[str, Any]]) -> None:
    """Check that what LoadRegionLabels loads reaches the training."""
    if all(transform.get("type") != "PackRegionLabels" for transform in rest):
        raise StageError(
            f"stage '{stage.name}': its LoadRegionLabels is not followed by "
            "dict(type='PackRegionLabels'), without which its labels get lost; put "
            "that in the place of PackSegInputs"
        )


def deciding_regions(stage: Stage, cfg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a config that decide which kinds are found."""
    rules = {"rules": stage.rules, "scale": stage.scale}
    return {
        "rule": rules if stage.kind == REGION_GRID else stage.rule,
        "train_dataloader": {"dataset": labelled_data(stage, cfg)},
        "randomness": {"seed": seed_of(cfg)},
    }


def seed_of(cfg: Mapping[str, Any]) -> int:
    """Return the seed of a run."""
    return (cfg.get("randomness") or {}).get("seed") or 0
