"""What a config that works could do better, from what its data hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from mmengine.config import Config
from prettytable import PrettyTable

from mmseg_uda.datasets.preflight import DatasetReport
from mmseg_uda.stages.checks.short_run import too_short_for
from mmseg_uda.utils.percent import percent

_RARE = 0.03  # share of the labelled pixels below which a class is seldom learnt
_TIMES = 10  # how many times as frequent a class is elsewhere, to be told


class Advice:
    """Collects what is to be said of the stages of a config.

    Args:
        alone: Whether there is one stage alone, whose options need no name before them.
    """

    def __init__(self, alone: bool) -> None:
        self._alone = alone
        self._lines: dict[str, None] = {}
        self._validated = False

    def look_at(
        self, where: str, cfg: Config, reports: Sequence[DatasetReport]
    ) -> None:
        """Look at a training, and at what its data sets hold.

        Args:
            where: Names of its stages.
            cfg: Its config.
            reports: Of its domains.
        """
        self._validated |= bool(cfg.get("val_dataloader"))
        prefix = "" if self._alone else f"{where.partition(', ')[0]}."
        for line in (
            *_unweighted(cfg, reports, prefix),
            *_too_many_workers(cfg),
            *(too_short_for(cfg, prefix) if cfg.get("train_cfg") else ()),
        ):
            self._lines[line if line.startswith("  ") else f"{where}: {line}"] = None

    def lines(self, labelled: Mapping[str, DatasetReport]) -> list[str]:
        """Return all that is to be said, a sentence or more a line.

        Args:
            labelled: Reports of the labelled data sets, by split and name.
        """
        lines = [*self._lines, *_unlike(labelled)]
        if not self._validated:
            lines.append(
                "nothing is validated, so a run that goes wrong is seen at its end: "
                "label_free/information needs no labels (docs/own_data.md)"
            )
        return lines


def shares_table(labelled: Mapping[str, DatasetReport]) -> PrettyTable:
    """Return which share of the labelled pixels each class has, a column a data set.

    Args:
        labelled: Reports by the heads of their columns, of the same classes.
    """
    classes = next(iter(labelled.values())).classes
    table = PrettyTable(["class", *labelled])
    table.align = "r"
    table.align["class"] = "l"
    shares = [_shares(report) for report in labelled.values()]
    for index, name in enumerate(classes):
        cells = [_percent(s[index]) if index < len(s) else "" for s in shares]
        table.add_row([name, *cells])
    return table


def _percent(share: float) -> str:
    return f"{100 * share:.3g}" if share else "-"


def _shares(report: DatasetReport) -> np.ndarray:
    """Return the share of each class in what was decoded, (K,)."""
    return report.pixels / max(1, report.pixels.sum())


def _unweighted(
    cfg: Config, reports: Sequence[DatasetReport], prefix: str
) -> Iterator[str]:
    """Yield domains with rare classes whose objectives count all pixels the same."""
    for name, objective in ((cfg.get("model") or {}).get("objectives") or {}).items():
        domain = (objective or {}).get("on")
        if not objective or objective.get("type") != "Supervised":
            continue
        if objective.get("class_balance"):
            continue
        for report in reports:
            shares = _shares(report)
            rare = [
                f"{class_name} ({percent(share)})"
                for class_name, share in zip(report.classes, shares, strict=True)
                if 0 < share < _RARE
            ]
            if report.name != domain or not report.num_labels or not rare:
                continue
            more = f" and {len(rare) - 4} more" if len(rare) > 4 else ""
            option = f"{prefix}model.objectives.{name}.class_balance"
            if "class_balance" in objective:  # left open for own, for all stages
                option = "own.class_balance"
            yield (
                f"classes of '{domain}' are rare: {', '.join(rare[:4])}{more}. They "
                f"count more with --cfg-options {option}.num_classes="
                f"{len(report.classes)} {option}.min_share={_RARE}"
            )


def _too_many_workers(cfg: Config) -> Iterator[str]:
    cores = len(os.sched_getaffinity(0))
    workers = cfg.train_dataloader.get("num_workers", 0)
    if workers > cores:
        yield (
            f"{workers} processes load images on {cores} cores: "
            f"--cfg-options train_dataloader.num_workers={cores}"
        )


def _unlike(labelled: Mapping[str, DatasetReport]) -> Iterator[str]:
    """Yield classes that are much more frequent where is validated than in training."""
    train = {k: r for k, r in labelled.items() if k.startswith("train")}
    others = {k: r for k, r in labelled.items() if k.startswith("val")}
    for place, other in others.items():
        for here, report in train.items():
            if report.classes != other.classes:
                continue
            pairs = zip(report.classes, _shares(report), _shares(other), strict=True)
            names = [n for n, a, b in pairs if b > _TIMES * a or a > _TIMES * b > 0]
            if names:
                yield (
                    f"{', '.join(names)}: more than {_TIMES} times as frequent in one "
                    f"of '{here}' and '{place}'. Pseudo-labels and class balance carry "
                    "the frequencies of training over: distrust these classes"
                )
