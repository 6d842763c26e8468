"""The results on ToyCity in the READMEs of the configs."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmseg_uda.utils.atomic_files import write_atomic

from .rows import TASKS, Row
from .runs import results_of
from .table import spread_text

# | [file.py](file.py) | metric | paper | ToyCity | real data |
_LINE = re.compile(
    r"^(\| \[(?P<file>\w+\.py)\]\([^)]*\) \| (?P<metric>\w+) \| [^|]* \|)[^|]*\|", re.M
)


def fill_readmes(
    rows: Sequence[Row],
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    configs: Path,
    page: Path,
) -> list[Path]:
    """Write final scores on ToyCity into the tables of the configs' READMEs.

    A cell links to the page of the benchmark. What has not been run stays as it is, and
    rows that change their config by options have no line there.

    Args:
        rows: The methods.
        seeds: Seeds that count.
        results: Results by name of the run.
        configs: The folder of the configs.
        page: Page of the benchmark.

    Returns:
        The files that have changed.
    """
    changed = []
    plain = [row for row in rows if not row.options]
    for folder in sorted({row.file(configs, "gta").parent for row in plain}):
        cells = {
            (file.name, metric): text
            for row in plain
            for task, metrics in TASKS.items()
            if (file := row.file(configs, task)).parent == folder
            for metric in metrics
            if (text := _cell(row, task, metric, seeds, results))
        }
        readme, link = folder / "README.md", os.path.relpath(page, folder)
        before = readme.read_text()
        after = _LINE.sub(lambda line, c=cells, to=link: _filled(line, c, to), before)
        if after != before:
            write_atomic(readme, after)
            changed.append(readme)
    return changed


def _cell(
    row: Row,
    task: str,
    metric: str,
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
) -> str:
    runs = results_of(row, task, seeds, results)
    scores = [run["final"][metric] for run in runs]
    return spread_text(scores) if scores else ""


def _filled(line: re.Match, cells: Mapping[tuple[str, str], str], link: str) -> str:
    cell = cells.get((line["file"], line["metric"]))
    return f"{line[1]} [{cell}]({link}) |" if cell else line[0]
