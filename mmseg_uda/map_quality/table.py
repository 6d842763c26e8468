"""Rankings of one or several checkpoints as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import mean, stdev

from prettytable import PrettyTable, TableStyle

from mmseg_uda.utils.class_sets import HEADINGS

_COLUMNS: dict[str, Callable[[Mapping], float | None]] = {
    "AUROC": lambda s: s["auroc"],
    "AURC": lambda s: s["aurc"],
    "E-AURC": lambda s: s["excess_aurc"],
    "mean score": lambda s: s["mean"],
    "weight right": lambda s: s["weight"]["right"],
    "wrong": lambda s: s["weight"]["wrong"],
    "< 0.5 right": lambda s: s["weight_below_half"]["right"],
    "wrong ": lambda s: s["weight_below_half"]["wrong"],
}
_FORMATS = {"mean score": "{:.4g}"}


def over_runs(runs: Sequence[Mapping], score: str, read: Callable) -> list[float]:
    """Values of a score in the runs that have it."""
    found = (run["scores"][score] for run in runs if score in run["scores"])
    return [value for value in map(read, found) if value is not None]


def ranking_table(runs: Sequence[Mapping], markdown: bool = False) -> str:
    """Draw all scores, best order first.

    Args:
        runs: One entry a checkpoint, with ``scores`` by name; several are drawn as mean
            and standard deviation.
        markdown: Draw it for a page rather than for a terminal.
    """
    table = _table(["score", *_COLUMNS, "passes"], markdown)
    for name in by_aurc(runs):
        cells = [
            told(over_runs(runs, name, read), _FORMATS.get(column, "{:.3f}"))
            for column, read in _COLUMNS.items()
        ]
        table.add_row([name, *cells, _passes(runs, name)])
    return table.get_string()


def class_table(
    runs: Sequence[Mapping], classes: Sequence[str], markdown: bool = False
) -> str:
    """Draw the AUROC within each predicted class, and the shares of wrong pixels.

    Args:
        runs: As in :func:`ranking_table`; of several the mean is drawn.
        classes: Class names.
        markdown: As above.
    """
    names = by_aurc(runs)
    table = _table(["AUROC", *(HEADINGS.get(name, name) for name in classes)], markdown)

    def row(title: str, score: str, key: str) -> None:
        values = [
            over_runs(runs, score, lambda s, i=i: s["classes"][i][key])
            for i in range(len(classes))
        ]
        table.add_row([title, *(f"{mean(v):.2f}" if v else "-" for v in values)])

    row("(share of wrong pixels)", names[0], "error_rate")
    for name in names:
        row(name, name, "auroc")
    return table.get_string()


def by_aurc(runs: Sequence[Mapping]) -> list[str]:
    """Names of all scores by their mean AURC, the best first."""
    names = dict.fromkeys(name for run in runs for name in run["scores"])
    return sorted(names, key=lambda n: mean(over_runs(runs, n, lambda s: s["aurc"])))


def told(values: Sequence[float], form: str = "{:.3f}") -> str:
    """Write a mean, with the standard deviation of several values."""
    if not values:
        return "-"
    text = form.format(mean(values))
    return text if len(values) == 1 else f"{text} ± {form.format(stdev(values))}"


def _passes(runs: Sequence[Mapping], name: str) -> str:
    counts = next(
        run["scores"][name]["passes"] for run in runs if name in run["scores"]
    )
    told = [f"{count} {kind}" for kind, count in counts.items() if count]
    return ", ".join(told) or "0"


def _table(columns: Sequence[str], markdown: bool) -> PrettyTable:
    table = PrettyTable(columns)
    table.align = "r"
    table.align[columns[0]] = "l"
    if markdown:
        table.set_style(TableStyle.MARKDOWN)
    return table
