"""Scores of stages side by side: means, and class by class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from mmseg_uda.evaluation import SYNTHIA_16
from mmseg_uda.evaluation.by_class import BY_CLASS
from mmseg_uda.evaluation.results import MEANS

LABEL_FREE = "label_free/"
#: How a stage is called that trains on the source alone.
SOURCE_ONLY = "source_only"
_OF_16 = MEANS[1]
#: Whose scores a column has: the last validation of a stage, that of its best
#: checkpoint, or a test afterwards.
FINAL, BEST, TEST = "final", "best", "test"


@dataclass(frozen=True)
class Column:
    """Scores of one state of a network.

    Args:
        run: The run.
        stage: Its stage, or the file of a test.
        metrics: The scores by name; None is not finite.
        is_control: Whether others are compared with it.
        is_base: Whether that is so for want of a control: what adapts, or begins to,
            is compared with its own first stage.
        kind: :data:`FINAL`, :data:`BEST` or :data:`TEST`.
    """

    run: str
    stage: str
    metrics: Mapping[str, Any]
    is_control: bool = False
    kind: str = FINAL
    is_base: bool = False

    @property
    def stands_as(self) -> str:
        """What it is in a table, empty for the last scores of a stage."""
        if self.is_control:
            return "compared with" if self.is_base else "control"
        return "" if self.kind == FINAL else self.kind

    @property
    def title(self) -> str:
        """What it is called where runs are compared."""
        return f"{self.run}: {self.stage}"


@dataclass(frozen=True)
class Cell:
    """A score and how far it is above the control, both in percent, None: unknown."""

    value: float | None
    gain: float | None = None


@dataclass(frozen=True)
class ScoreRow:
    """The scores of one class, or of one mean, one a column."""

    name: str
    cells: Sequence[Cell]


def main_score(metrics: Mapping[str, Any]) -> str | None:
    """Return the name of the score that stands for all.

    That is the mIoU over 16 classes where the source has no more (SYNTHIA), else mIoU,
    else the first one.
    """
    names = means_of(metrics)
    return next((name for name in (_OF_16, MEANS[0]) if name in names), None) or next(
        iter(names), None
    )


def counted_classes(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the IoU of the classes that :func:`main_score` is over, by class."""
    iou = class_scores(metrics)
    if _OF_16 not in metrics:
        return iou
    return {name: value for name, value in iou.items() if name in SYNTHIA_16}


def means_of(metrics: Mapping[str, Any]) -> list[str]:
    """Return the names of the scores that are of no single class, nor label-free."""
    return [
        name
        for name, value in metrics.items()
        if name != "iter"
        and "." not in name
        and not name.startswith(LABEL_FREE)
        and (value is None or isinstance(value, Real))
    ]


def class_scores(metrics: Mapping[str, Any], kind: str = "IoU") -> dict[str, Any]:
    """Return the scores of single classes, such as their IoU, by class."""
    found = {}
    for name, value in metrics.items():
        before, dot, of = name.partition(".")
        if dot and before.rpartition("/")[2] == kind:
            found[of] = value
    return found


def kinds_of(columns: Sequence[Column]) -> list[str]:
    """Return which scores there are class by class: IoU, then Dice, F-score, ..."""
    return [
        kind
        for kind in ("IoU", *BY_CLASS)
        if any(class_scores(column.metrics, kind) for column in columns)
    ]


def mean_rows(columns: Sequence[Column]) -> list[ScoreRow]:
    """Return a row for each mean score."""
    names = [n for column in columns for n in means_of(column.metrics)]
    return _rows(columns, dict.fromkeys(names), lambda column: column.metrics)


def label_free_rows(columns: Sequence[Column]) -> list[ScoreRow]:
    """Return a row for each score without labels."""
    names = [n for c in columns for n in c.metrics if n.startswith(LABEL_FREE)]
    return _rows(columns, dict.fromkeys(names), lambda column: column.metrics)


def class_rows(columns: Sequence[Column], kind: str) -> list[ScoreRow]:
    """Return a row for each class; ``kind`` is the score, such as ``IoU``."""
    names = [n for c in columns for n in class_scores(c.metrics, kind)]
    return _rows(
        columns, dict.fromkeys(names), lambda column: class_scores(column.metrics, kind)
    )


def gain(value: float | None, control: float | None) -> float | None:
    """Return how far a score is above another one, None if one is unknown."""
    return None if None in (value, control) else round(value - control, 2)


def _rows(columns: Sequence[Column], names: Mapping, scores_of) -> list[ScoreRow]:
    control = next((scores_of(c) for c in columns if c.is_control), {})
    return [
        ScoreRow(
            name,
            [
                Cell(
                    scores_of(c).get(name),
                    None
                    if c.is_control
                    else gain(scores_of(c).get(name), control.get(name)),
                )
                for c in columns
            ],
        )
        for name in names
    ]
