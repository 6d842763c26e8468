"""One option of a config varied: which runs, and the figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.figures import png_bytes

from .rows import TASKS, Row, option_words
from .runs import Run, results_of
from .table import join_cells, spread_text
from .yaml_file import has_keys, read_yaml

# values further apart than this are drawn on a logarithmic axis
_LOG_FROM = 20
# points of mIoU that the axis shows at least: seeds alone move scores by one or two
_LEAST_SPAN = 5.0
_KEYS = {"option", "label", "task", "values", "curves"}
_NEEDED = {"name", "config"}
_OF_CURVE = {*_NEEDED, "option", "options"}


@dataclass(frozen=True)
class Curve:
    """A method whose option is varied.

    Args:
        name: What the legend calls it.
        option: The varied option, a key of ``--cfg-options``.
        rows: One row a value of the option, in the order of the values.
    """

    name: str
    option: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Sweep:
    """A study of a parameter.

    Args:
        label: What the axis of values is called.
        task: ``'gta'`` or ``'synthia'``.
        values: Values of the option.
        curves: The methods.
    """

    label: str
    task: str
    values: Sequence[float]
    curves: Sequence[Curve]

    def runs(self, seeds: Sequence[int]) -> list[Run]:
        """Return all runs, seed by seed."""
        rows = [row for curve in self.curves for row in curve.rows]
        return [Run(row, self.task, seed) for seed in seeds for row in rows]


def read_sweep(path: Path, configs: Path) -> Sweep:
    """Read a study.

    Args:
        path: YAML file with ``option`` (a key of ``--cfg-options``), ``label``,
            ``task``, ``values`` and ``curves``, each of which has ``name``, ``config``
            (a path below ``configs`` without the task) and, if it is another one, its
            own ``option``. ``options``, a mapping, is what all its values have.
        configs: The folder of the configs.

    Raises:
        ValueError: If the file is not of this form or a config is missing.
    """
    content = read_yaml(path)
    if not isinstance(content, dict) or set(content) != _KEYS:
        raise ValueError(
            f"{path} must hold {', '.join(sorted(_KEYS))}, no more or less"
        )
    task, values = content["task"], content["values"]
    if task not in TASKS:
        raise ValueError(
            f"{path}: unknown task {task!r}, choose one of: {', '.join(TASKS)}"
        )
    if not values or not all(isinstance(v, int | float) for v in values):
        raise ValueError(
            f"{path}: values must be a list of numbers, got {values!r} (YAML takes "
            "1e-3 for a text: write 0.001 or 1.0e-3)"
        )
    if len({f"{value:g}" for value in values}) < len(values):
        raise ValueError(f"{path}: values must differ within six digits, got {values}")
    _check_curves(path, content["curves"])
    curves = _curves(content["curves"], content["option"], values)
    for curve in curves:
        file = curve.rows[0].file(configs, task)
        if not file.is_file():
            raise ValueError(f"{path}: curve {curve.name!r} has no config {file}")
    return Sweep(content["label"], task, values, curves)


def draw_sweep(
    sweep: Sweep,
    seeds: Sequence[int],
    results: Mapping[str, Mapping],
    file: Path,
) -> None:
    """Draw the final score over the value: the mean of the seeds, and their spread.

    Values that no seed has been run for are left out.

    Args:
        sweep: The study.
        seeds: Seeds that count.
        results: Results by name of the run.
        file: PNG file.
    """
    metric = TASKS[sweep.task][0]
    # takes a second to import, and only drawing needs it
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), dpi=120, layout="constrained")
    axes = figure.subplots()
    for curve in sweep.curves:
        points = []
        for value, row in zip(sweep.values, curve.rows, strict=True):
            runs = results_of(row, sweep.task, seeds, results)
            scores = [run["final"][metric] for run in runs]
            if scores:
                spread = stdev(scores) if len(scores) > 1 else 0.0
                points.append((value, mean(scores), spread))
        if points:
            x, y, spread = zip(*points, strict=True)
            axes.errorbar(x, y, yerr=spread, marker="o", capsize=3, label=curve.name)
    if min(sweep.values) > 0 and max(sweep.values) > _LOG_FROM * min(sweep.values):
        axes.set_xscale("log")
        axes.minorticks_off()
    axes.set_xticks(sweep.values, [f"{value:g}" for value in sweep.values])
    axes.set_xlabel(sweep.label)
    axes.set_ylabel(f"{metric} on ToyCity at the end of training, %")
    axes.set_title(_seeds_text(seeds), fontsize=10)
    low, high = axes.get_ylim()
    spare = max(0.0, _LEAST_SPAN - (high - low)) / 2
    axes.set_ylim(low - spare, high + spare)
    axes.grid(alpha=0.3)
    if axes.has_data():
        axes.legend()
    write_atomic(file, png_bytes(figure))


def sweep_table(
    sweep: Sweep, seeds: Sequence[int], results: Mapping[str, Mapping]
) -> str:
    """Write the final scores as Markdown, a line a curve, a column a value."""
    metric = TASKS[sweep.task][0]
    head = [sweep.label, *(f"{value:g}" for value in sweep.values)]
    lines = [join_cells(head), "|" + "---|" * len(head)]
    for curve in sweep.curves:
        cells = [curve.name]
        for row in curve.rows:
            runs = results_of(row, sweep.task, seeds, results)
            scores = [run["final"][metric] for run in runs]
            cells.append(spread_text(scores) if scores else "not run")
        lines.append(join_cells(cells))
    return "\n".join(lines) + "\n"


def _check_curves(path: Path, entries: object) -> None:
    for entry in entries if isinstance(entries, list) else ():
        if not has_keys(entry, _NEEDED, _OF_CURVE):
            break
    else:
        if entries:
            return
        entry = entries
    raise ValueError(
        f"{path}: `curves` must be a list of {{name: .., config: ..}} or, to vary "
        f"something else, {{name: .., config: .., option: ..}}, got {entry!r}"
    )


def _curves(
    entries: Sequence[Mapping], common: str, values: Sequence[float]
) -> list[Curve]:
    options = [entry.get("option", common) for entry in entries]
    short = {option: _short(option) for option in options}
    if len(set(short.values())) < len(short):  # runs must not share their folders
        short = {option: option for option in options}
    return [
        _curve(entry, option, short[option], values)
        for entry, option in zip(entries, options, strict=True)
    ]


def _short(option: str) -> str:
    return option.rsplit(".loss_weight", 1)[0].rsplit(".", 1)[-1]


def _curve(entry: Mapping, option: str, short: str, values: Sequence[float]) -> Curve:
    fixed = option_words(f"options of {entry['name']!r}", entry.get("options"))
    rows = [
        Row(
            entry["name"],
            entry["config"],
            options=(*fixed, f"{option}={value}"),
            label=f"{short}_{value:g}",
        )
        for value in values
    ]
    return Curve(entry["name"], option, rows)


def _seeds_text(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    return f"mean and spread of {len(seeds)} seeds"
