"""The curves of a stage, grouped by what they are of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .chart import Chart, chart
from .scalars import series_of_history
from .stage_record import StageRecord

_RATES = re.compile(r"(.+\.)?(lr|momentum)")
_COSTS = {
    "time": "seconds an iteration",
    "data_time": "seconds an iteration",
    "memory": "MiB",
    "grad_norm": "norm",
}
SCORES, TOTAL, RATES, COSTS, OTHERS = (
    "Scores at validations",
    "Total loss",
    "Learning rates",
    "Time and memory",
    "Other",
)
_OBJECTIVE = "Objective "
# what is to be known of a group; of objectives the page says it once
_NOTES = {
    SCORES: "Percent, the higher the better; all validations are drawn.",
    TOTAL: "The sum of all terms below, as it is minimised; mean since the last entry.",
    RATES: "Of each optimizer.",
    COSTS: "time: of an iteration, data_time: the part of it spent waiting for images.",
}


@dataclass
class Group:
    """Charts that belong together."""

    title: str
    note: str
    charts: list[Chart] = field(default_factory=list)
    folded: bool = False


def curve_groups(stage: StageRecord) -> list[Group]:
    """Return all that a stage has logged as charts, in groups.

    Scores come first, then the total loss, the objectives, the rest; scores of single
    classes come last, folded.
    """
    groups: dict[str, Group] = {}
    scores = series_of_history(stage.history)
    single = {name: p for name, p in scores.items() if "." in name}
    for name, points in scores.items():
        if name not in single:
            _add(groups, SCORES, name, "percent", points)
    for name in sorted(stage.scalars, key=_place(stage.scalars)):
        title = group_of(name)
        _add(groups, title, name, _axis(name, title), stage.scalars[name])
    for name, points in single.items():
        title = f"{name.partition('.')[0]} of every class at validations"
        _add(groups, title, name, "percent", points, folded=True)
    return list(groups.values())


def group_of(name: str) -> str:
    """Return the title of the group that a scalar belongs to."""
    if name == "loss":
        return TOTAL
    if _RATES.fullmatch(name):
        return RATES
    if name in _COSTS:
        return COSTS
    objective, dot, _ = name.partition(".")
    return f"{_OBJECTIVE}{objective}" if dot else OTHERS


def _place(series: Mapping) -> dict:
    """Return a sort key: groups in their order, names as they were logged."""
    last = {RATES: 2, COSTS: 3, OTHERS: 4}
    order = {
        name: (0 if name == "loss" else last.get(group_of(name), 1), index)
        for index, name in enumerate(series)
    }
    return order.__getitem__


def _axis(name: str, title: str) -> str:
    if title == RATES:
        return "momentum" if name.endswith("momentum") else "learning rate"
    if name in _COSTS:
        return _COSTS[name]
    part = name.partition(".")[2]
    if part.startswith("weight_below_half"):
        return "share of pixels"
    if part.startswith("weight_"):
        return "mean weight"
    is_term = name == "loss" or part.startswith("loss_")
    return "loss" if is_term else "value before lambda"


def _add(
    groups: dict[str, Group],
    title: str,
    name: str,
    axis: str,
    points: list,
    folded=False,
) -> None:
    group = groups.setdefault(title, Group(title, _NOTES.get(title, ""), folded=folded))
    stands_under = folded or title.startswith(_OBJECTIVE)
    short = name.partition(".")[2] if stands_under else None
    group.charts.append(chart(name, axis, points, short))
