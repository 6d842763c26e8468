"""One stage of a run, as planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmseg_uda.regions.grids import region_name
from mmseg_uda.statistics import StatisticsOptions

TRAIN = "TrainStage"
PSEUDO_LABEL = "PseudoLabelStage"
REGION_LABEL = "RegionLabelStage"
REGION_GRID = "RegionGridStage"
TRANSLATE = "TranslateStage"

_READ = {
    PSEUDO_LABEL: "target",
    REGION_LABEL: "source",
    REGION_GRID: "source",
    TRANSLATE: "source",
}


@dataclass(frozen=True)
class Stage:
    """One stage of a run.

    Args:
        name: Its key in ``stages``, and the name of its folder.
        kind: ``'TrainStage'``, ``'PseudoLabelStage'``, ``'RegionLabelStage'``,
            ``'RegionGridStage'`` or ``'TranslateStage'``.
        config: Config file whose model and data a training stage uses; for a
            pseudo-label or translate stage that of the stage whose checkpoint it takes,
            for one that finds regions that of the first stage that takes its regions.
        weights_from: Earlier training stage or checkpoint file to start from
            (training), to predict with (pseudo-labels) or to translate with.
        weights: Which checkpoint of that stage: ``'final'`` or ``'best'``.
        labels: Pseudo-label stage whose labels a training stage learns from.
        regions: Stages that find regions which a training stage learns from.
        rule: Rule that chooses the labels to keep, or that sorts regions into kinds.
        rules: Rules of a region-grid stage by the name of their size.
        scale: (width, height) in pixels at which a region-grid stage labels patches.
        tta: Whether pseudo-labels are predicted with test-time augmentation.
        translated: Translate stage whose images a training stage learns from.
        generator: Head of the model that a translate stage translates with.
        cfg_options: What a training stage changes in its config, dotted key -> value.
        average_with: Further training stages whose predictions a pseudo-label stage
            averages with those of ``weights_from``.
        statistics: How the networks of a pseudo-label stage are given the target's
            batch norm statistics before they predict; None for not at all.
    """

    name: str
    kind: str
    config: Path
    weights_from: str | None = None
    weights: str = "final"
    labels: str | None = None
    regions: tuple[str, ...] = ()
    rule: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scale: tuple[int, int] | None = None
    tta: bool = False
    translated: str | None = None
    generator: str = "g_st"
    cfg_options: Mapping[str, Any] = field(default_factory=dict)
    average_with: tuple[str, ...] = ()
    statistics: StatisticsOptions | None = None

    @property
    def trains(self) -> bool:
        """Whether this stage trains a model."""
        return self.kind == TRAIN

    @property
    def finds_regions(self) -> bool:
        """Whether this stage finds kinds of regions on the labels of the source."""
        return self.kind in (REGION_LABEL, REGION_GRID)

    @property
    def region_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """The rules of its regions by the name that objectives ask for the labels."""
        if self.kind == REGION_GRID:
            return {region_name(size): rule for size, rule in self.rules.items()}
        return {self.name: self.rule} if self.finds_regions else {}

    @property
    def translates(self) -> bool:
        """Whether this stage translates the source's images."""
        return self.kind == TRANSLATE

    @property
    def reads(self) -> str | None:
        """The domain that it reads; None for a training stage, which reads several."""
        return _READ.get(self.kind)

    @property
    def labels_from(self) -> tuple[str, ...]:
        """The stages whose labels, of pixels or regions, or images this one takes."""
        return (*filter(None, [self.labels, self.translated]), *self.regions)

    @property
    def builds_on(self) -> tuple[str, ...]:
        """All stages that this one takes something from; a file of weights, too."""
        weights = (self.weights_from,) if self.weights_from else ()
        return (*weights, *self.average_with, *self.labels_from)
