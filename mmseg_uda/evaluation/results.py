"""Results of several runs as one table."""

from collections.abc import Iterable, Mapping

from prettytable import PrettyTable

from .occurring import over_classes

#: Means that get columns, in this order, when a run has them.
MEANS = ("mIoU", "mIoU16", "mIoU13")
_MOST_COLUMNS = 6  # the three means, final and best


def never_predicted_in(metrics: Iterable[object]) -> str:
    """Say which classes the last evaluation found labelled, but never predicted.

    Args:
        metrics: What was measured; those that don't say are passed over.

    Returns:
        A warning, empty if there is no such class.
    """
    found = [name for m in metrics for name in getattr(m, "never_predicted", ())]
    names = list(dict.fromkeys(found))
    if not names:
        return ""
    return (
        f"never predicted, though the labels hold it (IoU 0): {', '.join(names)}. Do "
        "the source's labels hold it, under the same index (tools/check_data.py)? If "
        "so, train for longer, or weight rare classes (class_balance of the "
        "Supervised objective)"
    )


def main_scores(names: Iterable[str]) -> list[str]:
    """Choose the metrics that a result is told by.

    Args:
        names: Those that there are.

    Returns:
        :data:`MEANS`; where there is none of these, the scores of metrics with a
        prefix, such as those without labels, but for those of single classes.
    """
    names = dict.fromkeys(names)
    means = [mean for mean in MEANS if mean in names]
    return means or [
        name for name in names if "/" in name and "." not in name.rpartition("/")[2]
    ]


def results_table(runs: Mapping[str, Mapping]) -> str:
    """Draw the results of several runs, one row each.

    Final and best are columns of their own, since the best snapshot is chosen with
    target labels and must not stand for the result.

    Args:
        runs: Results by run name. A result is either the metrics of the final
            model, e.g. ``{'mIoU': 43.9}``, or ``{'final': {...}, 'best': {...}}``
            with such metrics. Percent. Metrics other than :data:`MEANS` are left out
            where there is one of these; a missing one is drawn as ``-``. Many
            metrics are drawn one row each.

    Returns:
        The table as text, and a line for each run whose mIoU is not over all classes.

    Raises:
        ValueError: If there is no run, or no run has a score.
    """
    parts = {name: _final_and_best(result) for name, result in runs.items()}
    means = main_scores(
        n for part in parts.values() for scores in part.values() for n in scores
    )
    columns = [
        (mean, which)
        for mean in means
        for which in ("final", "best")
        if any(mean in part[which] for part in parts.values())
    ]
    if not columns:
        raise ValueError(
            f"nothing to draw: none of the runs {list(runs)} has a score, such as "
            f"{', '.join(MEANS)}"
        )
    lines = [["run", *(f"{mean} ({which})" for mean, which in columns)]]
    for name, part in parts.items():
        cells = (_cell(part[which].get(mean)) for mean, which in columns)
        lines.append([name, *cells])
    if len(columns) > _MOST_COLUMNS:
        lines = [list(column) for column in zip(*lines, strict=True)]
    table = PrettyTable(lines[0])
    table.add_rows(lines[1:])
    table.align = "r"
    table.align["run"] = "l"
    return "\n".join([table.get_string(), *_over_fewer_classes(parts)])


def _over_fewer_classes(parts: Mapping[str, Mapping]) -> list[str]:
    lines = {}
    for name, part in parts.items():
        for which in ("best", "final"):
            over = over_classes(part[which])
            if over:
                lines[name, over] = f"{name}: mIoU ({which}) is {over}"
    return [*lines.values()]


def _final_and_best(result: Mapping) -> dict[str, Mapping]:
    """Return a result's metrics of the final and of the best model."""
    if "final" in result or "best" in result:
        return {which: result.get(which) or {} for which in ("final", "best")}
    return {"final": result, "best": {}}


def _cell(value: float | None) -> str:
    """Format a percentage."""
    return "-" if value is None else f"{value:.2f}"
