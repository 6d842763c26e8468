"""Print the tables of label_free.md, and draw its picture, from what was measured."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean

from matplotlib.figure import Figure
from scipy.stats import spearmanr

from mmseg_uda.map_quality.table import told
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.figures import png_bytes

TASKS = {"gta": "GTA5 style", "synthia": "SYNTHIA style"}
SCORES = {
    "source/mIoU": "source mIoU",
    "certainty": "certainty",
    "information": "information",
    "density": "density",
    "consistency": "consistency",
    "consistency_js": "consistency_js",
    "invariance": "invariance",
    "scale/consistency": "consistency, scale=0.75",
    "scale/consistency_js": "consistency_js, scale=0.75",
    "scale/invariance": "invariance, scale=0.75",
    "smoothness": "smoothness",
    "agreement": "agreement, MRNet's labels",
    "class_agreement": "class_agreement, MRNet's labels",
    "LCDA+Adv/agreement": "agreement, LCDA+Adv's labels",
    "LCDA+Adv/class_agreement": "class_agreement, LCDA+Adv's labels",
}
DRAWN = (
    "source/mIoU",
    "information",
    "density",
    "consistency",
    "invariance",
    "smoothness",
    "class_agreement",
    "LCDA+Adv/class_agreement",
)
FAMILIES = {
    "source_only": ("source", "#777777"),
    "lcda_adv_pseudo": ("+Pseudo", "#c44e52"),
    "mrnet_pseudo": ("+Pseudo", "#c44e52"),
    "lcda_adv_lcrf": ("LCDA+Adv+LCRF", "#8172b3"),
    "mrnet_lcrf": ("MRNet+LCRF", "#4c72b0"),
    "lcda": ("LCDA, LCDA+Adv", "#ccb974"),
    "mrnet": ("MRNet", "#55a868"),
}
#: Rows whose networks end a training of several stages.
LAST_STAGES = ("_lcrf", "_pseudo")
Network = dict
Choice = Callable[[Sequence[Network]], Sequence[Network]]


def read(path: str) -> list[Network]:
    """Read the networks that score what adaptation.json says, but for the oracle's.

    A network that two rows have, by all of its scores, is counted once.
    """
    found: dict[tuple, Network] = {}
    for key, entry in json.loads(Path(path).read_bytes()).items():
        scores, which = entry["scores"], (entry["task"], entry["seed"])
        if not entry["same"]:
            print(f"left out: {key} scores {scores['mIoU']}", file=sys.stderr)
        elif not entry["row"].startswith("oracle"):
            run = key.rpartition("/")[0]
            found.setdefault(
                (*which, *scores.values()), {**scores, **entry, "run": run}
            )
    print(f"{len(found)} networks", file=sys.stderr)
    return list(found.values())


def by(networks: Iterable[Network], *keys: str) -> list[list[Network]]:
    """Group networks by what they have in common."""
    groups = defaultdict(list)
    for network in networks:
        groups[tuple(network[key] for key in keys)].append(network)
    return list(groups.values())


def correlation(networks: Sequence[Network], score: str) -> float:
    """Spearman's rank correlation of a score with mIoU."""
    pairs = [(network[score], network["mIoU"]) for network in networks]
    return float(spearmanr(*zip(*pairs, strict=True)).statistic)


def within_rows(networks: Sequence[Network], score: str) -> float:
    """The same of what is above or below the mean of the network's row."""
    centred = []
    for row in by(networks, "row"):
        means = {name: mean(n[name] for n in row) for name in (score, "mIoU")}
        centred += [{k: n[k] - v for k, v in means.items()} for n in row]
    return correlation(centred, score)


def highest(score: str) -> Choice:
    """Choose what is highest in a score."""

    def choose(networks: Sequence[Network]) -> list[Network]:
        best = max(network[score] for network in networks)
        return [network for network in networks if network[score] == best]

    return choose


def final(networks: Sequence[Network]) -> list[Network]:
    """Choose what is there at the end of a training."""
    return [network for network in networks if network["which"] == "final"]


def with_statistics(networks: Sequence[Network]) -> list[Network]:
    """Choose the end of a training with the target's statistics.

    That is what is there at the end where the training ends with them.
    """
    adapted = [network for network in networks if network["which"] == "statistics"]
    return adapted or final(networks)


def last_stage(networks: Sequence[Network]) -> list[Network]:
    """Choose what is there at the end of a training of several stages."""
    return [n for n in final(networks) if any(x in n["row"] for x in LAST_STAGES)]


def recommended(networks: Sequence[Network]) -> list[Network]:
    """Choose the end of the row that `mmseg-uda init` trains."""
    return [n for n in final(networks) if n["row"] == f"mrnet_lcrf_{n['task']}"]


def lost(groups: Iterable[Sequence[Network]], choice: Choice) -> list[float]:
    """MIoU below the best of each group, on average where several are chosen."""
    return [
        max(n["mIoU"] for n in group) - mean(n["mIoU"] for n in choice(group))
        for group in groups
        if choice(group)
    ]


def print_table(title: str, columns: dict[str, Callable], rows: dict) -> None:
    """Print a row for each score, and a column for each number of it."""
    print(f"\n| {title} | {' | '.join(columns)} |")
    print("|---" * (1 + len(columns)) + "|")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(cell(row) for cell in columns.values())} |")


def print_correlations(networks: Sequence[Network]) -> None:
    """Print correlations within a seed, over all, and within rows, for each task."""
    titled = {title: score for score, title in SCORES.items()}
    for task, title in TASKS.items():
        own = [n for n in networks if n["task"] == task]
        seeds = [seed for seed in by(own, "seed") if len(seed) > 2]
        columns = {
            "networks of one seed": lambda score, seeds=seeds: told(
                [correlation(seed, score) for seed in seeds], "{:.2f}"
            ),
            f"all {len(own)}": lambda s, own=own: f"{correlation(own, s):.2f}",
            "within rows": lambda s, own=own: f"{within_rows(own, s):.2f}",
        }
        print_table(f"rank correlation, {title}", columns, titled)


def print_losses(networks: Sequence[Network]) -> None:
    """Print what each choice costs, in points of mIoU."""
    choices = {title: highest(score) for score, title in SCORES.items()}
    choices |= {"any": lambda group: group}
    adapted = [n for n in networks if not n["row"].startswith("source_only")]
    pools = {
        "all networks": networks,
        "adapted networks": adapted,
        "adapted but +Pseudo": [n for n in adapted if "_pseudo" not in n["row"]],
    }
    plain = {"any last stage": last_stage, "MRNet+LCRF, final": recommended}
    for title, pool in pools.items():
        columns = _by_task(by(pool, "task", "seed"))
        print_table(f"lost, {title}", columns, {**choices, **plain})
    runs = [run for run in by(networks, "run") if len(run) > 1]
    choices |= {"final": final, "final, target statistics": with_statistics}
    print_table("lost, one run", _by_task(runs), choices)


def _by_task(groups: Sequence[Sequence[Network]]) -> dict[str, Callable]:
    columns = {}
    for task, title in TASKS.items():
        own = [group for group in groups if group[0]["task"] == task]
        columns[f"{title} ({len(own)})"] = lambda choice, own=own: told(
            lost(own, choice), "{:.1f}"
        )
    return columns


def family(network: Network) -> tuple[str, str]:
    """What kind of row a network is of, and its colour."""
    return next(v for k, v in FAMILIES.items() if network["row"].startswith(k))


def draw(networks: Sequence[Network]) -> bytes:
    """Draw mIoU over each score as a PNG file, a row of pictures for each task."""
    figure = Figure(figsize=(2.1 * len(DRAWN), 5.6), layout="constrained")
    axes = figure.subplots(len(TASKS), len(DRAWN), sharey="row")
    for task, of_task in zip(TASKS, axes, strict=True):
        own = [network for network in networks if network["task"] == task]
        for score, ax in zip(DRAWN, of_task, strict=True):
            for name, color in dict.fromkeys(FAMILIES.values()):
                shown = [n for n in own if family(n) == (name, color)]
                points = [[n[key] for n in shown] for key in (score, "mIoU")]
                ax.scatter(*points, s=12, color=color, label=name, alpha=0.8)
            title = SCORES[score].replace(", ", "\n")
            ax.set_title(f"{title}: {correlation(own, score):.2f}", fontsize=9)
            ax.tick_params(labelsize=7)
            ax.grid(alpha=0.3)
        of_task[0].set_ylabel(f"mIoU, {TASKS[task]}", fontsize=9)
    handles = axes[0][0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=6, fontsize=8)
    figure.suptitle("true mIoU over each score, with Spearman's rank correlation")
    return png_bytes(figure)


def main() -> None:
    """Print the tables and write the picture."""
    networks = read(sys.argv[1])
    print_correlations(networks)
    print_losses(networks)
    write_atomic(Path(sys.argv[2]), draw(networks))


if __name__ == "__main__":
    main()
