"""The picture of a benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from mmseg_uda.atomic_files import write_atomic
from mmseg_uda.figures import png_bytes

from .rows import TASKS, Row
from .runs import results_of
from .table import LABELS, TITLES

_ROW_INCHES = 0.3


def draw_benchmark(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    file: Path,
) -> None:
    """Draw the final scores on ToyCity: a dot a seed, a line at the mean of several.

    The papers' numbers are left out: they are of other data and belong on no axis with
    these.

    Args:
        rows: The methods, from top to bottom.
        seeds: Seeds that count; a row that has not been run says so.
        results: Results by name of the run.
        file: PNG file.
    """
    # takes a second to import, and only drawing needs it
    from matplotlib.figure import Figure

    height = 1.2 + _ROW_INCHES * len(rows)
    figure = Figure(figsize=(10, height), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(TASKS), sharey=True)
    for axes, (task, (metric, *_)) in zip(panels, TASKS.items(), strict=True):
        for place, row in enumerate(rows):
            runs = results_of(row, task, seeds, results)
            _draw_row(axes, place, [run["final"][metric] for run in runs])
        axes.set_title(TITLES[task], fontsize=10)
        axes.set_xlabel(f"{LABELS[metric]} on ToyCity at the end of training, %")
        axes.grid(axis="x", alpha=0.3)
    figure.supxlabel("dot: a seed; red line: mean of several seeds", fontsize=8)
    panels[0].set_yticks(range(len(rows)), [row.name for row in rows])
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    write_atomic(file, png_bytes(figure))


def _draw_row(axes: Any, place: int, scores: Sequence[float]) -> None:
    axes.axhline(place, color="0.93", zorder=0)
    if not scores:
        axes.text(
            0.01, place, "not run", transform=axes.get_yaxis_transform(), va="center"
        )
        return
    axes.plot(scores, [place] * len(scores), "o", color="C0", ms=4, alpha=0.6)
    if len(scores) == 1:
        return
    middle = mean(scores)
    axes.plot([middle, middle], [place - 0.3, place + 0.3], color="C3", lw=2)
