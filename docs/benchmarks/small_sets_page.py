"""Print the tables of small_sets.md, and draw small_sets.png.

Usage: ``python docs/benchmarks/small_sets_page.py``, after small_sets.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from matplotlib.figure import Figure
from small_sets_draw import FIELDS, draw
from small_sets_nuclei import fetch

HERE = Path(__file__).parent
# title of a row: method, stage
ROWS = {
    "source only": ("source_only", "train"),
    "target statistics": ("statistics", "train"),
    "MRNet": ("mrnet_lcrf", "stage_one"),
    "MRNet + LCRF": ("mrnet_lcrf", "stage_two"),
    "LCDA": ("lcda_lcrf", "stage_one"),
    "LCDA + LCRF": ("lcda_lcrf", "stage_two"),
}
SETS = ("vessels", "fields", "nuclei")
#: mIoU of the last validation by seed, of a row on a set.
Scores = dict[str, dict[int, float]]


def read(runs: Sequence[Mapping], name: str) -> Scores:
    """Return the scores of a set."""
    found: Scores = {}
    for title, (method, stage) in ROWS.items():
        found[title] = {
            run["seed"]: run["stages"][stage][-1]["mIoU"]
            for run in runs
            if (run["set"], run["method"]) == (name, method)
        }
    return found


def told(values: Sequence[float], sign: str = "") -> str:
    """Return mean and standard deviation."""
    if not values:
        return "not run"
    spread = f" ± {stdev(values):.1f}" if len(values) > 1 else ""
    return f"{mean(values):{sign}.1f}{spread}"


def gains(scores: Scores, title: str, over: str) -> list[float]:
    """Return how much higher a row is, seed by seed."""
    shared = sorted(scores[title].keys() & scores[over].keys())
    return [scores[title][seed] - scores[over][seed] for seed in shared]


def print_table(name: str, scores: Scores) -> None:
    """Print the rows of a set."""
    print(f"| {name} | mIoU | above source only | above target statistics |")
    print("|---|---|---|---|")
    for title in ROWS:
        cells = [told(list(scores[title].values()))]
        for over in ("source only", "target statistics"):
            same = title == over
            cells.append("" if same else told(gains(scores, title, over), "+"))
        print(f"| {title} | {' | '.join(cells)} |")
    print()


def print_choices(networks: Sequence[Mapping]) -> None:
    """Print what each score says of every network that a stage one ended with."""
    print("| network | mIoU | information | certainty | class shares off by |")
    print("|---|---|---|---|---|")
    for one in networks:
        own, target = one["own"], one["target"]
        is_better = target["mIoU"] > own["mIoU"]
        cells = [_pair(own["mIoU"], target["mIoU"], is_better, "%.1f")]
        for score, sign in (("information", 1), ("certainty", 1), ("distance", -1)):
            takes = sign * target[score] >= sign * own[score]
            values = [own[score], target[score]]
            values = map(exp, values) if sign < 0 else [100 * v for v in values]
            cells.append(_pair(*values, takes, "%.2f" if sign < 0 else "%.1f"))
            cells[-1] += "" if takes == is_better else " (wrong)"
        method = one["method"].partition("_")[0].upper().replace("MRNET", "MRNet")
        name = f"{one['set']}, {method}, seed {one['seed']}"
        print(f"| {name} | {' | '.join(cells)} |")


def _pair(own: float, target: float, takes_target: bool, form: str) -> str:
    """Return both numbers, that of the better statistics bold."""
    texts = [form % own, form % target]
    texts[takes_target] = f"**{texts[takes_target]}**"
    return " / ".join(texts)


def picture(scores: Mapping[str, Scores]) -> Figure:
    """Draw an image and its labels of each look, and the scores beside them."""
    figure = Figure(figsize=(13, 8.2), dpi=110, layout="constrained")
    axes = figure.subplots(len(SETS), 5, width_ratios=[1, 1, 1, 1, 2.6])
    with TemporaryDirectory() as folder:
        draw(Path(folder))
        fetch(Path(folder, "nuclei"))
        for row, name in zip(axes, SETS, strict=True):
            _samples(row[:4], Path(folder, name))
            _bars(row[4], scores[name])
            row[0].set_ylabel(name)
    return figure


def _samples(axes: Sequence, folder: Path) -> None:
    titles = (
        "with labels",
        "its labels",
        "without, to adapt to",
        "what is to be found",
    )
    files = ("a/images", "a/labels", "c/images", "c/labels")
    for axis, title, place in zip(axes, titles, files, strict=True):
        file = sorted((folder / place).glob("*.png"))[1]
        if place.endswith("labels"):
            pixels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
            # masks of 0 and 255, numbers of objects, or four classes
            pixels = pixels if pixels.max() < len(FIELDS) else pixels > 0
        else:
            pixels = cv2.imread(str(file))[..., ::-1]
        axis.imshow(pixels, cmap="gray")
        axis.set_title(title, fontsize=9)
        axis.set_xticks([])
        axis.set_yticks([])


def _bars(axis, scores: Scores) -> None:
    titles = [title for title in ROWS if scores[title]]
    for place, title in enumerate(titles):
        values = list(scores[title].values())
        control = title in ("source only", "target statistics")
        axis.barh(place, mean(values), color="#9aa5b1" if control else "#2f7ed8")
        axis.plot(values, np.full(len(values), place), "k.", markersize=4)
    axis.set_yticks(range(len(titles)), titles, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel("mIoU, each seed a dot", fontsize=8)


if __name__ == "__main__":
    runs = json.loads((HERE / "small_sets.json").read_text())["runs"]
    by_set = {name: read(runs, name) for name in SETS}
    for name, scores in by_set.items():
        print_table(name, scores)
    print_choices(json.loads((HERE / "small_sets_choice.json").read_text())["networks"])
    picture(by_set).savefig(HERE / "small_sets.png")
