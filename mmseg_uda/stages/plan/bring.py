"""Stages that the configs of other stages bring with them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.utils.suggestions import did_you_mean

from ..config.load_config import load_config
from ..errors import StageError
from ..stage_options import names_in
from .build_stage import config_of, kind_of, options_of
from .plan import plan_stages

Table = dict[str, Any]
Load = Callable[[Path], Config]


def bring_stages(
    table: Mapping[str, Any] | None,
    leaf: Path,
    behind: tuple[Path, ...] = (),
    load: Load = load_config,
) -> Table | None:
    """Put the stages of the configs that stages name in front of these.

    A stage that has a config of its own may name one of several stages: it then stands
    for the last training there, and takes over its options apart from those given here.
    The stages that this one builds on come along under their names, once. What else a
    kind of stage brings is said by its :meth:`~mmseg_uda.stages.BaseStage.bring`.

    An entry of this table that has the name of one that comes along and no ``type``
    changes that one; with a type, and in front, it is taken in its place.

    Args:
        table: Value of ``stages``: name -> options, in the order to run.
        leaf: The config file that it stands in.
        behind: The config files that have brought this one, in which it must not be.
        load: Returns the config of a file.

    Returns:
        The table with all stages. None if there is no table.

    Raises:
        StageError: If a config cannot be read or brings itself, or if two stages that
            differ would have one name.
    """
    if not table:
        return None
    if not isinstance(table, Mapping):
        raise StageError(f"{leaf}: stages must be a dict of stages, got {table!r}")
    own = {name: options for name, options in table.items() if options is not None}
    result = _with_brought(own, leaf, (*behind, leaf.resolve()), load)
    _check_changes(own, result)
    result = _built_on(result, own)
    _check_removed(table, result)
    return result


def _with_brought(
    own: Table, leaf: Path, behind: tuple[Path, ...], load: Load
) -> Table:
    """Put what stages bring in front of each of them, and leave bare changes out."""
    result: Table = {}
    for name, options in own.items():
        if name in result or _changes(options):
            continue
        brought, options = _brought(name, options, leaf, behind, load)
        for other, stage in brought:
            _place(result, other, stage, name, own)
        *earlier, last = _brought_by(name, options, leaf, behind, load) or [None]
        for other, stage in earlier:
            _place(result, other, stage, name, own)
        result[name] = options if last is None else _put_into(last[1], options)
    return result


def _check_changes(own: Table, result: Table) -> None:
    for name in own:
        if name not in result:
            raise StageError(
                f"stage '{name}' has no type, and no stage of that name comes along "
                f"that it could change. There are: {', '.join(result) or 'none'}."
                + did_you_mean(name, result)
            )


def _check_removed(table: Mapping[str, Any], result: Table) -> None:
    for name, options in table.items():
        if options is None and name in result:
            users = [n for n, o in result.items() if name in _named_by(o)]
            raise StageError(
                f"stage '{name}' is None, but comes along, since stage '{users[0]}' "
                "builds on it. Set the option that names it there to None, too"
            )


def _changes(options: Any) -> bool:
    """Whether an entry can only be a change of a stage that comes along."""
    return isinstance(options, Mapping) and "type" not in options


def _brought(
    name: str, options: Any, leaf: Path, behind: tuple[Path, ...], load: Load
) -> tuple[list[tuple[str, Table]], Any]:
    """Return the stages that the kind of an entry brings, and the entry then."""
    kind = kind_of(options)
    if kind is None:
        return [], options
    table, options = kind.bring(options)
    for entry in table.values():
        if _has_config(entry):
            config = config_of(name, entry, leaf)
            if config in behind:
                raise _brings_itself(name, (*behind, config))
    return list(_absolute(_with_brought(table, leaf, behind, load), leaf)), options


def _brought_by(
    name: str, options: Any, leaf: Path, behind: tuple[Path, ...], load: Load
) -> list[tuple[str, Table]]:
    """Return the stages of the config of a stage up to its last training."""
    if not _has_config(options) or not options.get("config"):
        return []
    config = config_of(name, options, leaf)
    if config == leaf.resolve():  # as without a config
        return []
    if config in behind:
        raise _brings_itself(name, (*behind, config))
    table = bring_stages(load(config).get("stages"), config, behind, load)
    if table is None:
        return []
    try:
        plan_stages(table, config)
    except StageError as error:
        raise StageError(f"stage '{name}', {config.name}: {error}") from error
    stages = list(_absolute(table, config))
    while not _trains(stages[-1][1]):
        stages.pop()
    needed = _built_on(dict(stages), {stages[-1][0]})
    return list(needed.items())


def _trains(options: Any) -> bool:
    kind = kind_of(options)
    return kind is not None and kind.trains


def _has_config(options: Any) -> bool:
    """Whether an entry can name a config file of its own, as ``config``."""
    kind = kind_of(options)
    return kind is not None and "config" in options_of(kind)


def _absolute(table: Mapping[str, Any], leaf: Path) -> Iterator[tuple[str, Table]]:
    """Name the configs of stages so that these may stand in another file."""
    for name, options in table.items():
        if _has_config(options):
            options = {**options, "config": str(config_of(name, options, leaf))}
        yield name, options


def _put_into(last: Table, options: Mapping[str, Any]) -> Table:
    """Give the last training of a config the options of the stage it stands for."""
    result = {**last, **options, "config": last["config"]}
    theirs, given = last.get("cfg_options"), options.get("cfg_options")
    if isinstance(theirs, Mapping) and isinstance(given, Mapping):
        result["cfg_options"] = {**theirs, **given}
    return result


def _place(
    result: Table, name: str, stage: Table, user: str, own: Mapping[str, Any]
) -> None:
    """Add a stage that another one brings, unless one of its name is there."""
    if name in own and _changes(own[name]):
        stage = _changed(name, stage, own[name], user)
    elif name in own and name in result:
        return  # put in its place
    elif name in own and own[name] != stage:
        raise StageError(
            f"stage '{user}': what it is made of has a stage '{name}', too, and this "
            "config has another one of that name. Give yours another name, or list it "
            f"in front of '{user}' to put it in the other's place; to change the "
            "other, leave its type out"
        )
    if result.get(name, stage) != stage:
        raise StageError(
            f"stage '{user}': what it is made of has a stage '{name}' that differs "
            "from the one of that name which an earlier stage brings. List the one for "
            f"both in front of them, as stages.{name}"
        )
    result[name] = stage


def _changed(name: str, stage: Table, change: Mapping[str, Any], user: str) -> Table:
    kind = kind_of(stage)
    for option in kind.bringing if kind else ():
        if option in change:
            raise StageError(
                f"stage '{name}': its {option} cannot be changed here, since it comes "
                f"along with stage '{user}'. List it with its type in front of '{user}'"
            )
    config = Config({"stage": stage})
    config.merge_from_dict({"stage": change})
    return config.stage.to_dict()


def _built_on(table: Mapping[str, Any], kept: Mapping[str, Any] | set[str]) -> Table:
    """Leave out the stages that none of those to keep builds on."""
    needed = set(kept)
    for name in reversed(table):
        if name in needed:
            needed.update(_named_by(table[name]))
    return {name: options for name, options in table.items() if name in needed}


def _named_by(options: Any) -> Iterator[str]:
    kind = kind_of(options)
    for option in kind.takes if kind else ():
        yield from names_in(options.get(option))


def _brings_itself(name: str, chain: tuple[Path, ...]) -> StageError:
    names = " -> ".join(path.name for path in chain)
    return StageError(f"stage '{name}': its config brings itself: {names}")
