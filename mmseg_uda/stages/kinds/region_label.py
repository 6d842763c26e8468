"""Finding kinds of regions, which are labelled while training, as a stage of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.engine.toy import shrink_regions
from mmseg_uda.engine.toy_rules import ToyRules
from mmseg_uda.regions import fit_regions
from mmseg_uda.regions.fitted import ARRAYS
from mmseg_uda.regions.sample_patches import PARTS
from mmseg_uda.registry import STAGES

from ..base_stage import BaseStage
from ..checks.loaders import check_loaders
from ..checks.regions import check_rules
from ..config.labelled_data import labelled_data, seed_of
from ..plan.learner import learner_of
from ..plan.resolve import Resolver
from ..run.inputs import Inputs
from ..run.outlook import Outlook
from ..run.stage_run import StageRun
from ..stage_options import without_none
from ..told import Told


@STAGES.register_module()
class RegionLabelStage(BaseStage):
    """Sorts the regions of the source's labels into kinds.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        rule: Config of the rule.

    Raises:
        ValueError: If there is no rule.
    """

    makes = "regions"
    manifest = ARRAYS
    leaves = (PARTS, ARRAYS)
    reads = "source"
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

    def trainer(self, stages: list[BaseStage]) -> BaseStage:
        """Return the first stage that learns from it."""
        return learner_of(self, stages)

    @classmethod
    def shrink(cls, options: dict[str, Any], rules: ToyRules) -> None:
        """Scale its patches with the images, in place."""
        shrink_regions(options, rules)

    def data(self, cfg: Mapping[str, Any]) -> dict:
        """Return the data set whose regions it finds, at the size of the training."""
        return labelled_data(self.name, self.transform, cfg, self.config)[0]

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return the parts of its config and options that decide which are found."""
        return {
            "rule": self.rule,
            "train_dataloader": {"dataset": self.data(cfg)},
            "randomness": {"seed": seed_of(cfg)},
        }

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check the rule, and that the training's data label its regions."""
        cfg = outlook.config(self)
        self.check_finding(cfg)
        check_loaders(cfg)

    def check_finding(self, cfg: Config) -> None:
        """Check what it needs, but for the files."""
        init_default_scope(cfg.get("default_scope", "mmseg"))
        check_rules(self.region_rules)
        self.data(cfg)

    def announcement(self, inputs: Inputs) -> str:
        """Say what it is about to make."""
        return "regions of the source"

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
