"""The tables of scores of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from .scores import (
    Column,
    ScoreRow,
    class_rows,
    kinds_of,
    label_free_rows,
    main_score,
    mean_rows,
)

_LEAST_SPAN = 5.0  # points of the longest bar, at least


@dataclass(frozen=True)
class ClassTable:
    """Scores by class.

    Args:
        kind: Which, such as ``IoU``.
        rows: A row a class.
        span: Points that the longest bar of a gain stands for; 0 for no bars.
    """

    kind: str
    rows: Sequence[ScoreRow]
    span: float


@dataclass(frozen=True)
class ScoreTables:
    """All tables of scores.

    Args:
        columns: What is compared.
        means: A row a mean.
        classes: A table a kind of score.
        label_free: Scores without labels, a row each.
        main: The row of the score that stands for all, None without scores.
    """

    columns: Sequence[Column]
    means: Sequence[ScoreRow]
    classes: Sequence[ClassTable]
    label_free: Sequence[ScoreRow]
    main: ScoreRow | None


def score_tables(columns: Sequence[Column], bars: bool = True) -> ScoreTables:
    """Put scores side by side.

    Args:
        columns: The scores.
        bars: Whether the gain of the last column that is no best is drawn, too.
    """
    means = mean_rows(columns)
    name = main_score(columns[-1].metrics) if columns else None
    return ScoreTables(
        columns=columns,
        means=means,
        classes=[_class_table(columns, kind, bars) for kind in kinds_of(columns)],
        label_free=label_free_rows(columns),
        main=next((row for row in means if row.name == name), None),
    )


def _class_table(columns: Sequence[Column], kind: str, bars: bool) -> ClassTable:
    rows = class_rows(columns, kind)
    gains = [abs(cell.gain) for row in rows for cell in row.cells if cell.gain]
    return ClassTable(kind, rows, max([_LEAST_SPAN, *gains]) if bars else 0)
