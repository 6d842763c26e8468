"""Print the tables of map_quality.md from the rankings that map_quality.sh has made."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean

from mmseg_uda.map_quality.table import told

SETS = {
    "gta_train": "GTA5 style",
    "synthia_train": "SYNTHIA style",
    "gta_target_statistics": "GTA5 style, target statistics",
    "synthia_target_statistics": "SYNTHIA style, target statistics",
    "oracle_train": "oracle",
}
DEFAULT = "L_lip gaussian_mixed eps=3 unit=rms num_samples=4"
HEADS = "head divergence"
#: Scores by name, of the seeds of one set.
Seeds = list[Mapping[str, Mapping]]


def read(folder: Path) -> dict[str, Seeds]:
    """Read the scores of all seeds, by title of the set."""
    files = {title: folder / name / "ranking.json" for name, title in SETS.items()}
    return {
        title: [run["scores"] for run in json.loads(file.read_bytes())["runs"]]
        for title, file in files.items()
    }


def print_table(
    title: str,
    names: list[str],
    sets: Mapping[str, Seeds],
    cell: Callable[[list[Mapping]], str],
) -> None:
    """Print one row a score and one column a set."""
    print(f"\n| {title} | {' | '.join(sets)} |")
    print("|---" * (1 + len(sets)) + "|")
    for name in names:
        cells = (cell([scores[name] for scores in seeds]) for seeds in sets.values())
        print(f"| {name} | {' | '.join(cells)} |")


def spread_of(key: str) -> Callable[[list[Mapping]], str]:
    """A cell with mean and standard deviation of a number."""

    def cell(scores: list[Mapping]) -> str:
        return told([score[key] for score in scores])

    return cell


def weights(scores: list[Mapping]) -> str:
    """A cell with the mean weight on right and on wrong pixels."""
    sides = (mean(s["weight"][side] for s in scores) for side in ("right", "wrong"))
    return " / ".join(f"{value:.3f}" for value in sides)


def main() -> None:
    """Print AUROC, area under the risk-coverage curve, and weights."""
    sets = read(Path(sys.argv[1]))
    seeds = [scores for several in sets.values() for scores in several]
    names = sorted(seeds[0], key=lambda name: mean(s[name]["aurc"] for s in seeds))
    print_table("AUROC", names, sets, spread_of("auroc"))
    print_table("AURC", names, sets, spread_of("aurc"))
    alone = [name for name in names if "x confidence" not in name]
    print_table("weight, right / wrong", alone, sets, weights)
    print_table("", [HEADS], sets, lambda s: f"{mean(x['error_rate'] for x in s):.3f}")
    above = [s[DEFAULT]["auroc"] > s[HEADS]["auroc"] for s in seeds]
    print(f"\n{DEFAULT}: above {HEADS} in {sum(above)} of {len(above)} networks")


if __name__ == "__main__":
    main()
