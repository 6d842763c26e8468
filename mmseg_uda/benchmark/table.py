"""The page of a benchmark."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from .gap import Gap
from .rows import TASKS, Row
from .run import WITH_STATISTICS, Run, results_of, scores_of

_BEGIN, _END = "<!-- table: begin -->", "<!-- table: end -->"
TITLES = {
    "gta": "From GTA5 style to Cityscapes style",
    "synthia": "From SYNTHIA style to Cityscapes style",
}
_WHICH = ("final", "best")
_STATISTICS = "+ target statistics"
LABELS = {"mIoU": "mIoU", "mIoU16": "mIoU (16)", "mIoU13": "mIoU* (13)"}


def benchmark_table(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    gap: Gap | None = None,
    statistics: bool = False,
) -> str:
    """Write the results as Markdown, a table for each task and metric.

    Args:
        rows: The methods, in order.
        seeds: Seeds that count; what has not been run yet says so.
        results: Results by name of the run.
        gap: Gap of which every row closes a share, which gets a column.
        statistics: Whether the scores with target statistics get a column, and their
            share of the gap another one.
    """
    which = (*_WHICH, WITH_STATISTICS) if statistics else _WHICH
    head = _head(gap, statistics)
    parts = []
    for task, metrics in TASKS.items():
        for metric in metrics:
            parts.append(f"### {TITLES[task]}: {LABELS[metric]}\n")
            parts.append(head)
            for row in rows:
                runs = results_of(row, task, seeds, results)
                shares = _shares(gap, row, task, metric, seeds, results, statistics)
                parts.append(_line(row, task, metric, runs, which, shares))
            parts.append("")
            parts += _differences(rows, seeds, results, task, metric, which)
    return "\n".join(parts)


def _head(gap: Gap | None, statistics: bool) -> str:
    head = ["paper, real data", "ours, real data", "ours on ToyCity, final", "best"]
    head += [_STATISTICS] if statistics else []
    if gap:
        share = f"share of the gap from {gap.start.name} to {gap.end.name}, final, %"
        head.append(share)
        head += [f"the same {_STATISTICS}, %"] if statistics else []
    head += ["seeds", "CPU minutes", "peak memory, MiB"]
    return f"| {join_cells(head)}\n{'|---' * (1 + len(head))}|"


def _shares(
    gap: Gap | None,
    row: Row,
    task: str,
    metric: str,
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    statistics: bool,
) -> list[list[float]]:
    """Return the shares of the gap of each column, by seed."""
    if gap is None:
        return []
    which = ("final", WITH_STATISTICS) if statistics else ("final",)
    return [gap.shares(row, task, metric, seeds, results, w) for w in which]


def _differences(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    task: str,
    metric: str,
    which: Sequence[str],
) -> list[str]:
    """Write what rows have gained over others, seed by seed, as lines of a table."""
    by_name = {row.name: row for row in rows}
    lines = []
    for row in rows:
        for other in (by_name[name] for name in row.against):
            runs = [
                [results.get(Run(r, task, seed).name) for r in (row, other)]
                for seed in seeds
            ]
            both = [pair for pair in runs if all(pair)]
            papers = [r.paper.get(task, {}).get(metric) for r in (row, other)]
            paper = "-" if None in papers else f"{papers[0] - papers[1]:+.1f}"
            cells = [f"{row.name} - {other.name}", paper]
            for w in which:
                pairs = [pair for pair in both if all(run.get(w) for run in pair)]
                gains = [a[w][metric] - b[w][metric] for a, b in pairs]
                cells.append(_cell(gains, len(both), "+"))
            lines.append(join_cells([*cells, str(len(both))]))
    if not lines:
        return []
    head = ["difference, of the same seed", "paper, real data", "ToyCity, final"]
    head += ["best", *[_STATISTICS] * (WITH_STATISTICS in which), "seeds"]
    return [f"{join_cells(head)}\n{'|---' * len(head)}|", *lines, ""]


def replace_table(page: str, table: str) -> str:
    """Put a table between the two markers of a page.

    Raises:
        ValueError: If the page lacks them.
    """
    if _BEGIN not in page or _END not in page:
        raise ValueError(
            f"the page has no lines {_BEGIN!r} and {_END!r}, between which the table "
            "goes"
        )
    before, rest = page.split(_BEGIN, 1)
    return f"{before}{_BEGIN}\n\n{table}\n{_END}{rest.split(_END, 1)[1]}"


def _line(
    row: Row,
    task: str,
    metric: str,
    runs: list[Mapping],
    which: Sequence[str],
    shares: Sequence[Sequence[float]],
) -> str:
    paper = row.paper.get(task, {}).get(metric)
    cells = [row.name, "-" if paper is None else f"{paper:.1f}", "not run"]
    cells += [_cell(scores_of(runs, w, metric), len(runs)) for w in which]
    cells += [_cell(column, len(runs), none="-", digits=1) for column in shares]
    costs = [run["cost"] for run in runs if run["cost"]]
    cells.append(str(len(runs)))
    cells.append(_mean([cost["cpu_minutes"] for cost in costs], 1))
    cells.append(_mean([cost["peak_mib"] for cost in costs], 0))
    return join_cells(cells)


def _cell(
    values: Sequence[float],
    runs: int,
    sign: str = "",
    none: str = "not run",
    digits: int = 2,
) -> str:
    """Write values of some seeds, and of how many where that is not all that ran."""
    if not values:
        return none
    of = f" ({len(values)} of {runs} seeds)" if len(values) < runs else ""
    return spread_text(values, sign, digits) + of


def spread_text(values: Sequence[float], sign: str = "", digits: int = 2) -> str:
    """Write mean and spread (of several values) as text, ``sign='+'`` with a sign."""
    text = f"{mean(values):{sign}.{digits}f}"
    return f"{text} ± {stdev(values):.{digits}f}" if len(values) > 1 else text


def _mean(values: list[float], digits: int) -> str:
    return f"{mean(values):.{digits}f}" if values else "-"


def join_cells(cells: Sequence[str]) -> str:
    """Write a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"
