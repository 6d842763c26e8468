"""One stage of a run, as planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TRAIN = "TrainStage"
PSEUDO_LABEL = "PseudoLabelStage"


@dataclass(frozen=True)
class Stage:
    """One stage of a run.

    Args:
        name: Its key in ``stages``, and the name of its folder.
        kind: ``'TrainStage'`` or ``'PseudoLabelStage'``.
        config: Config file whose model and data a training stage uses; for a
            pseudo-label stage that of the stage whose checkpoint predicts.
        weights_from: Earlier training stage or checkpoint file to start from
            (training) or to predict with (pseudo-labels).
        weights: Which checkpoint of that stage: ``'final'`` or ``'best'``.
        labels: Pseudo-label stage whose labels a training stage learns from.
        rule: Rule that chooses the labels to keep.
        tta: Whether pseudo-labels are predicted with test-time augmentation.
    """

    name: str
    kind: str
    config: Path
    weights_from: str | None = None
    weights: str = "final"
    labels: str | None = None
    rule: Mapping[str, Any] = field(default_factory=dict)
    tta: bool = False

    @property
    def trains(self) -> bool:
        """Whether this stage trains a model."""
        return self.kind == TRAIN


def is_file_name(value: str) -> bool:
    """Say whether a ``load_from`` means a file rather than a stage."""
    return value.endswith((".pth", ".pt", ".pkl"))
