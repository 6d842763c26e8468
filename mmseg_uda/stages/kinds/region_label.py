"""Finding kinds of regions, which are labelled while training, as a stage of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.regions import fit_regions
from mmseg_uda.regions.fitted import ARRAYS
from mmseg_uda.regions.sample_patches import PARTS
from mmseg_uda.registry import STAGES

from ..config.labelled_data import labelled_data, seed_of
from ..plan.resolve import Resolver
from ..region_stage import RegionStage
from ..run.stage_run import StageRun
from ..stage_options import without_none
from ..told import Told


@STAGES.register_module()
class RegionLabelStage(RegionStage):
    """Sorts the regions of the source's labels into kinds.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        rule: Config of the rule.

    Raises:
        ValueError: If there is no rule.
    """

    manifest = ARRAYS
    leaves = (PARTS, ARRAYS)
    does = "finds regions on the source of"
    #: Transform that labels its regions.
    transform = "LabelRegions"

    def __init__(
        self, name: str, leaf: Path, *, rule: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(name, leaf)
        self.rule = without_none(rule)
        if not self.rule:
            raise ValueError(
                "rule must say how regions are sorted into kinds, such as "
                "rule=dict(type='PatchModes')"
            )

    @property
    def region_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """Its rules by the name that objectives ask for the labels."""
        return {self.name: self.rule}

    def data(self, cfg: Mapping[str, Any]) -> dict:
        """Return the data set whose regions it finds, at the size of the training."""
        return labelled_data(self.name, self.transform, cfg, self.config)[0]

    def rule_settings(self) -> Mapping[str, Any]:
        """Return what its options say of the rules, as its fingerprint has it."""
        return self.rule

    def run(self, run: StageRun) -> None:
        """Find the kinds.

        Raises:
            ValueError: If the labels don't hold as many kinds.
        """
        init_default_scope(run.cfg.get("default_scope", "mmseg"))
        dataset = DATASETS.build(self.data(run.cfg))
        classes = dataset.metainfo["classes"]
        seed = seed_of(run.cfg)
        report = fit_regions(self.rule, dataset, classes, run.folder, seed)
        sizes = sorted(report["sizes"])
        run.say(
            f"{report['patches_fitted']} patches of {report['images']} images in "
            f"{len(sizes)} kinds of {sizes[0]} to {sizes[-1]}; "
            f"{report['share_ignored']:.2%} of the patches have too few labels"
        )

    def describe(self, resolver: Resolver) -> Told:
        """Return its options, once it is known that they go together."""
        self.check_finding(resolver.stage_config(self))
        told = super().describe(resolver)
        return Told(told.heading, told.body, {**told.data, "rule": dict(self.rule)})
