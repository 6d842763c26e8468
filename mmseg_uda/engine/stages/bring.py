"""Stages that the configs of other stages bring with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import StageError
from .load_config import load_config
from .read_stage import config_of
from .stage import TRAIN, TRANSLATE

Table = dict[str, Any]


def bring_stages(
    table: Mapping[str, Any] | None, leaf: Path, behind: tuple[Path, ...] = ()
) -> Table | None:
    """Put the stages of the configs that stages name in front of these.

    A ``TrainStage`` may name a config of several stages: it then stands for the last
    training there, and takes over its options apart from those given here. All stages
    before that one come along under their names. Where this table has one of such a
    name, that is taken in its place. One whose ``translated`` names the config of a
    translator brings the stages ``translators`` and ``translate``.

    Args:
        table: Value of ``stages``: name -> options, in the order to run.
        leaf: The config file that it stands in.
        behind: The config files that have brought this one, in which it must not be.

    Returns:
        The table with all stages. Bringing twice is as bringing once. None if there is
        no table.

    Raises:
        StageError: If a config cannot be read or brings itself, or if two stages that
            differ would have one name.
    """
    if not table:
        return None
    behind = (*behind, leaf.resolve())
    result: Table = {}
    table = _with_translations(table, leaf)
    for name, options in table.items():
        *earlier, last = _brought_by(name, options, leaf, behind) or [None]
        for other, stage in earlier:
            _add(result, other, stage, name, table)
        result[name] = options if last is None else _put_into(last[1], options)
    return result


def _with_translations(table: Mapping[str, Any], leaf: Path) -> Table:
    """Put the stages of a translator in front of a training that names its config."""
    result: Table = {}
    for name, options in table.items():
        given = options.get("translated") if _trains(options) else None
        if str(given).endswith(".py"):
            translators = {"type": TRAIN, "config": given}
            translate = {"type": TRANSLATE, "checkpoint": "translators"}
            config_of(name, translators, leaf)  # says whose config is missing
            stages = {"translators": translators, "translate": translate}
            result |= {k: stage for k, stage in stages.items() if k not in table}
            options = {**options, "translated": "translate"}
        result[name] = options
    return result


def _brought_by(
    name: str, options: Any, leaf: Path, behind: tuple[Path, ...]
) -> list[tuple[str, Table]]:
    """Return the stages of the config of a stage up to its last training."""
    if not _trains(options) or not options.get("config"):
        return []
    config = config_of(name, options, leaf)
    if config == leaf.resolve():  # as without a config
        return []
    if config in behind:
        chain = " -> ".join(path.name for path in (*behind, config))
        raise StageError(f"stage '{name}': its config brings itself: {chain}")
    table = bring_stages(load_config(config).get("stages"), config, behind) or {}
    stages = [(other, stage) for other, stage in table.items() if stage is not None]
    while stages and not _trains(stages[-1][1]):
        stages.pop()
    return [(other, _absolute(other, stage, config)) for other, stage in stages]


def _trains(options: Any) -> bool:
    return isinstance(options, Mapping) and options.get("type") == TRAIN


def _absolute(name: str, options: Table, leaf: Path) -> Table:
    """Name the config of a stage so that it may stand in another file."""
    if not _trains(options):
        return options
    return {**options, "config": str(config_of(name, options, leaf))}


def _put_into(last: Table, options: Mapping[str, Any]) -> Table:
    """Give the last training of a config the options of the stage it stands for."""
    given = {key: value for key, value in options.items() if key != "config"}
    both = {**(last.get("cfg_options") or {}), **(given.pop("cfg_options", None) or {})}
    return {**last, **given, **({"cfg_options": both} if both else {})}


def _add(
    result: Table, name: str, stage: Table, user: str, table: Mapping[str, Any]
) -> None:
    """Add a stage that another one brings, unless there is one of its name."""
    if name in table:
        if name in result or table[name] is None:
            return  # put in its place, or taken out
        raise StageError(
            f"stage '{user}': its config brings a stage '{name}', and this config has "
            f"another one of that name, not in front of '{user}'. Give that one "
            "another name, or list it in front to put it in place of the other"
        )
    if name in result and result[name] != stage:
        raise StageError(
            f"stage '{user}': its config brings a stage '{name}' that differs from the "
            "one of that name which an earlier stage brings. List the one for both "
            f"in front of them, as stages.{name}"
        )
    result[name] = stage
