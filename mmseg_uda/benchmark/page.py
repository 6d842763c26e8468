"""The YAML file of a benchmark: its rows, and what is said of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmseg_uda.engine.toy_rules import NETWORKS
from mmseg_uda.utils.suggestions import check_choice, did_you_mean

from .gap import Gap
from .rows import Row, option_words, read_rows
from .yaml_file import has_keys, read_yaml

_KEYS = ("rows", "gap", "statistics", "options", "toy_network")


@dataclass(frozen=True)
class Page:
    """A benchmark.

    Args:
        path: Its file.
        rows: The methods.
        gap: The gap whose closed share the tables have, if any.
        statistics: Whether every run is scored with target statistics, too.
        options: Entries of ``--cfg-options`` for all rows.
        toy_network: The small network that the tables are of; None if the file leaves
            that to the command line.
    """

    path: Path
    rows: Sequence[Row]
    gap: Gap | None = None
    statistics: bool = False
    options: tuple[str, ...] = ()
    toy_network: str | None = None

    def check_command_line(self, network: str | None, options: Sequence[str]) -> None:
        """Refuse a command line that contradicts the file.

        Args:
            network: ``--toy-network``, None if it is not given.
            options: ``--cfg-options``.

        Raises:
            ValueError: If it does.
        """
        if None not in (network, self.toy_network) and network != self.toy_network:
            raise ValueError(
                f"{self.path} is of toy_network: {self.toy_network}, but --toy-network "
                f"{network} is given. Leave the option out, or change a copy of the "
                "file: its tables are of one network"
            )
        both = sorted(set(_keys(options)) & set(_keys(self.options)))
        if both:
            raise ValueError(
                f"--cfg-options {both[0]} is given, which the options of {self.path} "
                "set for all rows. Leave it out, or change a copy of the file"
            )


def read_page(path: Path, configs: Path) -> Page:
    """Read a benchmark.

    Args:
        path: YAML file with ``rows``, see :func:`read_rows`, and, if wanted,
            ``gap: {from: ROW, to: ROW}``, ``statistics: true``,
            ``options: {KEY: VALUE}`` for all rows and ``toy_network``.
        configs: The folder of the configs.

    Raises:
        ValueError: If the file is not of this form or a config is missing.
    """
    rows = read_rows(path, configs)
    content = read_yaml(path)
    for key in content:
        if key not in _KEYS:
            raise ValueError(
                f"{path} has {key!r}, but can hold {', '.join(_KEYS)}."
                + did_you_mean(key, _KEYS)
            )
    statistics = content.get("statistics", False)
    if not isinstance(statistics, bool):
        raise ValueError(
            f"{path}: statistics must be true or false, got {statistics!r}"
        )
    network = content.get("toy_network")
    if network is not None:
        check_choice(f"toy_network of {path}", network, NETWORKS)
    options = option_words(f"{path}: options", content.get("options"))
    for row in rows:
        both = sorted(set(_keys(row.options)) & set(_keys(options)))
        if both:
            raise ValueError(
                f"{path}: {both[0]} is an option of all rows and of row {row.name!r}, "
                "too; give it to each of the rows instead"
            )
    return Page(
        path, rows, _gap(path, content.get("gap"), rows), statistics, options, network
    )


def _gap(path: Path, given: Any, rows: Sequence[Row]) -> Gap | None:
    if given is None:
        return None
    ends = {"from", "to"}
    if not has_keys(given, ends, ends) or given["from"] == given["to"]:
        raise ValueError(
            f"{path}: gap must name two rows, such as {{from: Source, to: Oracle}}, "
            f"got {given!r}"
        )
    named: Mapping[str, Row] = {row.name: row for row in rows}
    for key in ("from", "to"):
        if given[key] not in list(named):
            raise ValueError(
                f"{path}: gap goes {key} {given[key]!r}, which is no row."
                + did_you_mean(given[key], named)
            )
    return Gap(named[given["from"]], named[given["to"]])


def _keys(options: Sequence[str]) -> list[str]:
    return [option.partition("=")[0] for option in options]
