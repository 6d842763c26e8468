"""The rows of a benchmark, with the papers' numbers for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from mmseg_uda.utils.suggestions import did_you_mean

from .yaml_file import has_keys, read_yaml

#: What the columns of a task are, by the ending of its configs.
TASKS = {"gta": ("mIoU",), "synthia": ("mIoU16", "mIoU13")}


@dataclass(frozen=True)
class Row:
    """A method, which has a config for each task.

    Args:
        name: What the table calls it.
        config: Path below ``configs/`` without the ending ``_gta.py``.
        paper: The paper's numbers by task and metric, in percent.
        options: Entries of ``--cfg-options``, ``key=value``.
        label: Tells rows of one config with different options apart.
        against: Names of the rows that it is compared with, seed by seed.
    """

    name: str
    config: str
    paper: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    label: str = ""
    against: tuple[str, ...] = ()

    def file(self, configs: Path, task: str) -> Path:
        """Return the config file for a task."""
        return configs / f"{self.config}_{task}.py"


def read_rows(path: Path, configs: Path) -> list[Row]:
    """Read the rows of a benchmark; the papers' numbers are the metafiles'.

    Args:
        path: YAML file with ``rows``, each with ``name``, ``config`` and, if it is to
            be compared with other rows, their names, ``against``. ``options``, a
            mapping of keys of ``--cfg-options`` to values, makes it an ablation of its
            config, which no number of the paper belongs to.
        configs: The folder of the configs.

    Raises:
        ValueError: If the file is not of this form or a config is missing.
    """
    content = read_yaml(path)
    entries = content.get("rows") if isinstance(content, dict) else None
    needed = {"name", "config"}
    known = {*needed, "against", "options"}
    if not entries or not all(has_keys(entry, needed, known) for entry in entries):
        raise ValueError(
            f"{path} must hold `rows`, each of them {{name: .., config: ..}}, with "
            "`against: [Source]` to compare it with others and "
            "`options: {key: value}` for what it changes in its config"
        )
    _check_against(path, entries)
    rows = []
    for entry in entries:
        row = _row(path, entry)
        missing = [t for t in TASKS if not row.file(configs, t).is_file()]
        if missing:
            raise ValueError(
                f"{path}: row {row.name!r} has no config "
                f"{row.file(configs, missing[0])}; `config` is a path below {configs}, "
                "without _gta.py"
            )
        if not row.options:
            numbers = {task: _paper(row.file(configs, task)) for task in TASKS}
            row = replace(row, paper=numbers)
        rows.append(row)
    return rows


def option_words(what: str, options: object) -> tuple[str, ...]:
    """Return a mapping of options as entries of ``--cfg-options``.

    Args:
        what: Whose options they are, for a message.
        options: The mapping; None for no options.

    Raises:
        ValueError: If it is none.
    """
    if options is None:
        return ()
    if not isinstance(options, Mapping):
        raise ValueError(
            f"{what} must be a mapping such as "
            f"{{optim_wrapper.clip_grad.max_norm: 1.0}}, got {options!r}"
        )
    return tuple(f"{key}={value}" for key, value in options.items())


def _row(path: Path, entry: Mapping) -> Row:
    what = f"{path}: options of row {entry['name']!r}"
    options = option_words(what, entry.get("options") or None)
    return Row(
        entry["name"],
        entry["config"],
        options=options,
        label=re.sub(r"\W+", "_", entry["name"].lower()) if options else "",
        against=tuple(entry.get("against") or ()),
    )


def _check_against(path: Path, entries: Sequence[Mapping]) -> None:
    names = [entry["name"] for entry in entries]
    for entry in entries:
        for other in entry.get("against") or ():
            if other not in names:
                raise ValueError(
                    f"{path}: row {entry['name']!r} is compared with {other!r}, which "
                    f"is no row.{did_you_mean(other, names)}"
                )


def _paper(config: Path) -> dict[str, float]:
    """Return the numbers that the metafile beside a config has for it."""
    metafile = yaml.safe_load((config.parent / "metafile.yml").read_text())
    for model in metafile["Models"]:
        if Path(model["Config"]).name == config.name:
            results = model.get("Results") or [{}]
            return dict(results[0].get("Metrics") or {})
    return {}
