"""The tables of scores of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from .scores import (
    FINAL,
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
        shown: Index of the column whose gains are drawn, that of the last stage; -1 for
            none.
    """

    columns: Sequence[Column]
    means: Sequence[ScoreRow]
    classes: Sequence[ClassTable]
    label_free: Sequence[ScoreRow]
    main: ScoreRow | None
    shown: int


def score_tables(columns: Sequence[Column], bars: bool = True) -> ScoreTables:
    """Put scores side by side.

    Args:
        columns: The scores.
        bars: Whether the gains of the last stage are drawn, too.
    """
    means = mean_rows(columns)
    finals = [i for i, c in enumerate(columns) if c.kind == FINAL and not c.is_control]
    shown = finals[-1] if finals else -1
    name = main_score(columns[shown].metrics) if columns else None
    return ScoreTables(
        columns=columns,
        means=means,
        classes=[_class_table(columns, kind, bars) for kind in kinds_of(columns)],
        label_free=label_free_rows(columns),
        main=next((row for row in means if row.name == name), None),
        shown=shown if any(column.is_control for column in columns) else -1,
    )


def _class_table(columns: Sequence[Column], kind: str, bars: bool) -> ClassTable:
    rows = class_rows(columns, kind)
    gains = [abs(cell.gain) for row in rows for cell in row.cells if cell.gain]
    return ClassTable(kind, rows, max([_LEAST_SPAN, *gains]) if bars else 0)
