"""The picture of a ranking."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.figures import png_bytes

from .score_statistics import COVERAGES
from .table import by_aurc, over_runs

_ALWAYS = ("1 - confidence",)
_MOST_CURVES = 8
_MOST_OF_A_KIND = 2  # of Lipschitz maps by noise, and of combinations
_LABEL_WIDTH = 34  # letters
_STYLES = ("-", "--", "-.", ":")


def draw_ranking(runs: Sequence[Mapping], file: Path, title: str) -> None:
    """Draw risk against coverage, and the weights of right and of wrong pixels.

    Args:
        runs: One entry a checkpoint; of several the means are drawn.
        file: PNG file.
        title: What the scores were compared on.
    """
    # takes a second to import, and only drawing needs it
    from matplotlib.figure import Figure

    names = shown_scores(runs)
    figure = Figure(figsize=(13, 5), dpi=100, layout="constrained")
    risk, weight = figure.subplots(1, 2, width_ratios=(1.2, 1))
    _draw_risks(risk, runs, names)
    _draw_weights(weight, runs, names)
    figure.suptitle(title, fontsize=10)
    write_atomic(file, png_bytes(figure))


def shown_scores(runs: Sequence[Mapping]) -> list[str]:
    """Name the scores that are drawn, the best first, eight at most.

    They are the confidence, the heads' divergence, the config's own maps, the two best
    Lipschitz maps by noise, the two best combinations, and then the best of the rest.
    """
    names = by_aurc(runs)
    known = {n: score for run in runs for n, score in run["scores"].items()}

    def of(*families: str) -> list[str]:
        return [name for name in names if known[name]["family"] in families]

    wanted = dict.fromkeys(
        [
            *_ALWAYS,
            *of("heads", "config"),
            *of("noise")[:_MOST_OF_A_KIND],
            *of("combined")[:_MOST_OF_A_KIND],
            *names,
        ]
    )
    kept = [*wanted][:_MOST_CURVES]
    return [name for name in names if name in kept]


def _draw_risks(axes: Any, runs: Sequence[Mapping], names: Sequence[str]) -> None:
    errors = mean(over_runs(runs, names[0], lambda s: s["error_rate"]))
    perfect = np.maximum(0, COVERAGES - (1 - errors)) / COVERAGES
    axes.axhline(100 * errors, color="0.6", lw=1)
    axes.text(2, 100 * errors, "chance", color="0.4", fontsize=8, va="bottom")
    axes.fill_between(100 * COVERAGES, 100 * perfect, color="0.92")
    axes.text(99, 0.3, "perfect", color="0.4", fontsize=8, ha="right", va="bottom")
    for place, name in enumerate(names):
        risks = np.mean(over_runs(runs, name, lambda s: s["risks"]), axis=0)
        style = _STYLES[place % len(_STYLES)]
        axes.plot(100 * COVERAGES, 100 * risks, color=f"C{place}", ls=style)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, None)
    axes.set_xlabel("coverage: share of pixels that are kept, most certain first, %")
    axes.set_ylabel("risk: share of wrong pixels among them, %")
    axes.grid(alpha=0.3)


def _draw_weights(axes: Any, runs: Sequence[Mapping], names: Sequence[str]) -> None:
    """Draw a row a score, whose name has the colour of its curve."""

    def beside(text: str, place: float, points: int) -> None:
        """Write at the right, so many points away from the axes, however wide."""
        at = dict(xycoords=axes.get_yaxis_transform(), textcoords="offset points")
        axes.annotate(text, (1, place), (points, 0), va="center", fontsize=8, **at)

    columns = {"aurc": ("AURC", 6), "auroc": ("AUROC", 42)}
    for heading, points in columns.values():
        beside(heading, -0.7, points)
    for place, name in enumerate(names):
        for key, (_, points) in columns.items():
            values = over_runs(runs, name, lambda s, key=key: s[key])
            beside(f"{mean(values):.3f}" if values else "-", place, points)
        ends = {}
        for kind, color in (("right", "C0"), ("wrong", "C3")):
            values = over_runs(runs, name, lambda s, kind=kind: s["weight"][kind])
            if values:
                ends[kind] = mean(values)
                axes.plot(ends[kind], place, "o", color=color, zorder=2)
        axes.plot([*ends.values()], [place] * len(ends), color="0.75", lw=2, zorder=1)
    labels = [textwrap.fill(name, _LABEL_WIDTH) for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=9)
    for place, label in enumerate(axes.get_yticklabels()):
        label.set_color(f"C{place}")
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("mean weight of right pixels (blue) and of wrong pixels (red)")
    axes.grid(axis="x", alpha=0.3)
