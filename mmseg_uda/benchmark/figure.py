"""The picture of a benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.figures import png_bytes

from .gap import Gap
from .rows import TASKS, Row
from .run import WITH_STATISTICS, results_of, scores_of
from .table import LABELS, TITLES

_ROW_INCHES, _TALL_ROW_INCHES = 0.3, 0.42


def draw_benchmark(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    file: Path,
    gap: Gap | None = None,
    statistics: bool = False,
) -> None:
    """Draw the final scores on ToyCity: a dot a seed, a line at the mean of several.

    The papers' numbers are left out: they are of other data and belong on no axis with
    these.

    Args:
        rows: The methods, from top to bottom.
        seeds: Seeds that count; a row that has not been run says so.
        results: Results by name of the run.
        file: PNG file.
        gap: Gap that dashed lines mark, at the means of its two rows.
        statistics: Whether hollow dots show the scores with target statistics.
    """
    # takes a second to import, and only drawing needs it
    from matplotlib.figure import Figure

    height = 1.2 + (_TALL_ROW_INCHES if statistics else _ROW_INCHES) * len(rows)
    figure = Figure(figsize=(10, height), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(TASKS), sharey=True)
    for axes, (task, (metric, *_)) in zip(panels, TASKS.items(), strict=True):
        for place, row in enumerate(rows):
            runs = results_of(row, task, seeds, results)
            _draw_row(axes, place, runs, metric, statistics)
        if gap:
            _draw_gap(axes, gap, task, metric, seeds, results)
        # the names at the dashed lines stand between the panel and its title
        axes.set_title(TITLES[task], fontsize=10, pad=16 if gap else None)
        axes.set_xlabel(f"{LABELS[metric]} on ToyCity at the end of training, %")
        axes.grid(axis="x", alpha=0.3)
    hollow = "hollow: with target statistics; " if statistics else ""
    dashed = "; dashed: mean of the row named above" if gap else ""
    legend = f"dot: a seed; {hollow}red line: mean of several seeds{dashed}"
    figure.supxlabel(legend, fontsize=8)
    panels[0].set_yticks(range(len(rows)), [row.name for row in rows])
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    write_atomic(file, png_bytes(figure))


def _draw_row(
    axes: Any, place: int, runs: Sequence[Mapping], metric: str, statistics: bool
) -> None:
    axes.axhline(place, color="0.93", zorder=0)
    if not runs:
        axes.text(
            0.01, place, "not run", transform=axes.get_yaxis_transform(), va="center"
        )
        return
    final = scores_of(runs, "final", metric)
    if not statistics:
        _draw_scores(axes, place, 0.3, final)
        return
    _draw_scores(axes, place - 0.16, 0.14, final)
    adapted = scores_of(runs, WITH_STATISTICS, metric)
    if adapted:
        _draw_scores(axes, place + 0.16, 0.14, adapted, markerfacecolor="none")


def _draw_scores(
    axes: Any, place: float, reach: float, scores: Sequence[float], **style: Any
) -> None:
    places = [place] * len(scores)
    axes.plot(scores, places, "o", color="C0", ms=4, alpha=0.6, **style)
    if len(scores) == 1:
        return
    middle = mean(scores)
    axes.plot([middle, middle], [place - reach, place + reach], color="C3", lw=2)


def _draw_gap(
    axes: Any,
    gap: Gap,
    task: str,
    metric: str,
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
) -> None:
    for row in (gap.start, gap.end):
        runs = results_of(row, task, seeds, results)
        if not runs:
            continue
        middle = mean(scores_of(runs, "final", metric))
        axes.axvline(middle, color="0.45", ls="--", lw=1, zorder=1)
        place = axes.get_xaxis_transform()
        axes.text(middle, 1.01, row.name, transform=place, ha="center", fontsize=8)
