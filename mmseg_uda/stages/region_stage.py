"""What the stages that find regions of the source have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_uda.engine.toy import shrink_regions
from mmseg_uda.engine.toy_rules import ToyRules

from .base_stage import BaseStage
from .checks.loaders import check_loaders
from .checks.regions import check_rules
from .config.labelled_data import seed_of
from .plan.learner import learner_of
from .run.inputs import Inputs
from .run.outlook import Outlook


class RegionStage(BaseStage):
    """Finds kinds of regions on the source labels of the stage that takes them."""

    makes = "regions"
    reads = "source"
    #: Transform that labels its regions in the training.
    transform: ClassVar[str]

    @property
    @abstractmethod
    def region_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """Its rules by the name that objectives ask for the labels."""

    @abstractmethod
    def data(self, cfg: Mapping[str, Any]) -> dict:
        """Return the data set whose regions it finds."""

    @abstractmethod
    def rule_settings(self) -> Mapping[str, Any]:
        """Return what its options say of the rules, as its fingerprint has it."""

    def trainer(self, stages: Sequence[BaseStage]) -> BaseStage:
        """Return the first stage that learns from it."""
        return learner_of(self, stages)

    @classmethod
    def shrink(cls, options: dict[str, Any], rules: ToyRules) -> None:
        """Scale its patches, and labels, with the images, in place."""
        shrink_regions(options, rules)

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return the parts of its config and options that decide which are found."""
        return {
            "rule": self.rule_settings(),
            "train_dataloader": {"dataset": self.data(cfg)},
            "randomness": {"seed": seed_of(cfg)},
        }

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check the rules, and that the training's data have its labels."""
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
