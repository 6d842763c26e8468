"""The page of a benchmark."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from .rows import TASKS, Row
from .runs import Run, results_of

_BEGIN, _END = "<!-- table: begin -->", "<!-- table: end -->"
TITLES = {
    "gta": "From GTA5 style to Cityscapes style",
    "synthia": "From SYNTHIA style to Cityscapes style",
}
_WHICH = ("final", "best")
LABELS = {"mIoU": "mIoU", "mIoU16": "mIoU (16)", "mIoU13": "mIoU* (13)"}


def benchmark_table(
    rows: Sequence[Row], seeds: Sequence[int], results: Mapping[str, Mapping]
) -> str:
    """Write the results as Markdown, a table for each task and metric.

    Args:
        rows: The methods, in order.
        seeds: Seeds that count; what has not been run yet says so.
        results: Results by name of the run.
    """
    parts = []
    for task, metrics in TASKS.items():
        for metric in metrics:
            parts.append(f"### {TITLES[task]}: {LABELS[metric]}\n")
            parts.append(
                "| | paper, real data | ours, real data | ours on ToyCity, final "
                "| best | seeds | CPU minutes | peak memory, MiB |\n"
                "|---|---|---|---|---|---|---|---|"
            )
            for row in rows:
                runs = results_of(row, task, seeds, results)
                parts.append(_line(row, task, metric, runs))
            parts.append("")
            parts += _differences(rows, seeds, results, task, metric)
    return "\n".join(parts)


def _differences(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    task: str,
    metric: str,
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
            for which in _WHICH:
                gains = [a[which][metric] - b[which][metric] for a, b in both]
                cells.append(spread_text(gains, "+") if gains else "not run")
            lines.append(join_cells([*cells, str(len(both))]))
    if not lines:
        return []
    head = "| difference, of the same seed | paper, real data | ToyCity, final | best "
    return [f"{head}| seeds |\n|---|---|---|---|---|", *lines, ""]


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


def _line(row: Row, task: str, metric: str, runs: list[Mapping]) -> str:
    paper = row.paper.get(task, {}).get(metric)
    cells = [row.name, "-" if paper is None else f"{paper:.1f}", "not run"]
    if not runs:
        return join_cells([*cells, "not run", "not run", "0", "-", "-"])
    cells += [spread_text([run[which][metric] for run in runs]) for which in _WHICH]
    costs = [run["cost"] for run in runs if run["cost"]]
    cells.append(str(len(runs)))
    cells.append(_mean([cost["cpu_minutes"] for cost in costs], 1))
    cells.append(_mean([cost["peak_mib"] for cost in costs], 0))
    return join_cells(cells)


def spread_text(values: Sequence[float], sign: str = "") -> str:
    """Write mean and spread (of several values) as text, ``sign='+'`` with a sign."""
    text = f"{mean(values):{sign}.2f}"
    return f"{text} ± {stdev(values):.2f}" if len(values) > 1 else text


def _mean(values: list[float], digits: int) -> str:
    return f"{mean(values):.{digits}f}" if values else "-"


def join_cells(cells: Sequence[str]) -> str:
    """Write a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"
