"""Labelling the regions of the source before the training, as a stage of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.regions.grids import (
    make_region_labels,
    region_advice,
    region_name,
    region_table,
)
from mmseg_uda.regions.grids.layout import REPORT
from mmseg_uda.regions.sample_patches import PARTS
from mmseg_uda.registry import STAGES

from ..checks.regions import check_typed
from ..config.labelled_data import check_packed, labelled_data, seed_of
from ..errors import StageError
from ..plan.resolve import Resolver
from ..region_stage import RegionStage
from ..run.stage_run import StageRun
from ..stage_options import without_none
from ..told import Told, as_call

_IS_NAME = re.compile(r"\w+")


@STAGES.register_module()
class RegionGridStage(RegionStage):
    """Labels the regions of the source's labels, in several sizes, as grids on disk.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        rules: Configs of rules by the name of the size of their patches.
        scale: (width, height) in pixels of the labels when patches are cut.

    Raises:
        ValueError: If one of them is missing or of another kind.
    """

    manifest = REPORT
    leaves = ("labels", PARTS)
    does = "labels the regions of the source of"
    #: Transform that loads its labels, and whether that is put in by itself.
    transform = "LoadRegionLabels"
    comes_by_itself = True

    def __init__(
        self,
        name: str,
        leaf: Path,
        *,
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        scale: Sequence[int] | None = None,
    ) -> None:
        super().__init__(name, leaf)
        rules = without_none(rules) or {}  # a size set to None is left out
        if not isinstance(rules, Mapping) or not all(
            isinstance(rule, Mapping) and _IS_NAME.fullmatch(size)
            for size, rule in rules.items()
        ):
            raise ValueError(
                "rules must be a dict of rules by the name of a size (letters, digits "
                f"and '_'), got {rules!r}"
            )
        if not rules or scale is None:
            raise ValueError(
                "rules must say how patches of each size are sorted into kinds, and "
                "scale, (width, height), how large the labels are then, such as "
                "rules=dict(small=dict(type='HogClusters')), scale=(1280, 720)"
            )
        self.rules = {size: without_none(rule) for size, rule in rules.items()}
        self.scale = tuple(scale)

    @property
    def region_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """Its rules by the name that objectives ask for the labels."""
        return {region_name(size): rule for size, rule in self.rules.items()}

    def data(self, cfg: Mapping[str, Any]) -> dict:
        """Return the data set whose labels it reads, without a pipeline."""
        data, rest = labelled_data(self.name, self.transform, cfg, self.config)
        check_packed(self.name, rest)
        return {**data, "pipeline": []}

    def rule_settings(self) -> Mapping[str, Any]:
        """Return what its options say of the rules, as its fingerprint has it."""
        return {"rules": self.rules, "scale": self.scale}

    def check_finding(self, cfg: Config) -> None:
        """Check what it needs, but for the files."""
        check_typed(self.name, self.rules)
        super().check_finding(cfg)

    def run(self, run: StageRun) -> None:
        """Label the regions.

        Raises:
            ValueError: If the labels don't hold as many kinds.
        """
        init_default_scope(run.cfg.get("default_scope", "mmseg"))
        dataset = DATASETS.build(self.data(run.cfg))
        report = make_region_labels(
            self.rules, dataset, self.scale, run.folder, seed_of(run.cfg)
        )
        run.tell(f"{region_table(report)}\n{self.name}: {region_advice(report)}")

    def describe(self, resolver: Resolver) -> Told:
        """Return its options, a line for each of its rules."""
        self.check_finding(resolver.stage_config(self))
        options = resolver.leaf.stages[self.name].to_dict()
        rest = {key: value for key, value in options.items() if key != "rules"}
        rules = (options.get("rules") or {}).items()
        lines = [f"{size}: {as_call(rule)}" for size, rule in rules if rule]
        return Told(as_call(rest), "\n".join(lines), options)


def grid_stage(resolver: Resolver, name: str | None = None) -> RegionGridStage:
    """Return the region-grid stage of a run.

    Args:
        resolver: The run.
        name: Its name, if there may be several.

    Raises:
        StageError: If there is none, or none of that name, or several and no name.
    """
    kind = RegionGridStage.__name__
    there = [stage for stage in resolver.stages if stage.kind == kind]
    names = ", ".join(stage.name for stage in there)
    if name is not None:
        found = resolver.find(name)
        if found.kind == kind:
            return found
        raise StageError(
            f"--stage {name} is a {found.kind}, not a {kind}. Of these the config has: "
            f"{names or 'none'}"
        )
    if not there:
        raise StageError(
            f"{resolver.request.config} has no {kind}, so there are no label grids to "
            "make. Give a config that has one, such as configs/mlan/cr_al_gta.py, or "
            "add it: docs/region_labels.md"
        )
    if len(there) > 1:
        raise StageError(
            f"{resolver.request.config} has several {kind}s; choose one by --stage: "
            f"{names}"
        )
    return there[0]
