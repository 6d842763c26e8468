"""From one entry of ``stages`` to a stage."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mmseg_uda.registry import STAGES
from mmseg_uda.utils.shipped import shipped_config
from mmseg_uda.utils.suggestions import did_you_mean
from mmseg_uda.weights.weight_files import is_file_name

from ..base_stage import BaseStage, Takes
from ..config.config_tree import config_tree
from ..errors import StageError
from ..stage_options import names_in, without_none


def kind_of(options: Any) -> type[BaseStage] | None:
    """Return the kind of an entry of ``stages``; None if it names no known one."""
    name = options.get("type") if isinstance(options, Mapping) else None
    kind = STAGES.get(name) if isinstance(name, str) else None
    # the registry finds anything at all by a name with dots
    is_kind = isinstance(kind, type) and issubclass(kind, BaseStage)
    return kind if is_kind else None


def options_of(kind: type[BaseStage]) -> tuple[str, ...]:
    """Return the options of a kind of stage: what its constructor takes by name."""
    parameters = inspect.signature(kind).parameters.values()
    return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


def build_stage(
    name: str,
    options: Mapping[str, Any],
    leaf: Path,
    earlier: Mapping[str, BaseStage],
) -> BaseStage:
    """Build the stage of one entry of ``stages``, and check what it refers to.

    Args:
        name: Its key.
        options: Its value, with its ``type``. Options that a child config or the
            command line has set to None are left out.
        leaf: The config file that it stands in.
        earlier: The stages before it, by name.

    Raises:
        StageError: If a type, option or reference is wrong.
    """
    kind = kind_of(options)
    if kind is None:
        known = sorted(STAGES.module_dict)
        given = options.get("type")
        raise StageError(
            f"stage '{name}': type must be one of {', '.join(known)}, got {given!r}."
            + did_you_mean(str(given), known)
        )
    _check_kind(kind)
    own = {key: value for key, value in options.items() if key != "type"}
    known = options_of(kind)
    for option in own:
        if option not in known:
            raise StageError(
                f"stage '{name}': a {kind.__name__} has no option '{option}'; it has: "
                f"{', '.join(known) or 'none'}." + did_you_mean(option, known)
            )
    given = {key: without_none(value) for key, value in own.items()}
    given = {key: value for key, value in given.items() if value is not None}
    for option, takes in kind.takes.items():
        _check_references(name, option, takes, given.get(option), earlier)
    _check_given(name, kind, given)
    try:
        return kind(name, leaf, **given)
    except StageError:
        raise
    except ValueError as error:
        raise StageError(f"stage '{name}': {error}") from error


def config_of(name: str, options: Mapping[str, Any], leaf: Path) -> Path:
    """Return the config file of a stage.

    Args:
        name: Key of the stage.
        options: Its value, with ``config`` relative to the leaf or, if there is no such
            file, to one that this inherits stages from; or without.
        leaf: The config file that it stands in.

    Raises:
        StageError: If there is no such file.
    """
    if not options.get("config"):
        return leaf
    given = options["config"]
    shipped = shipped_config(given)
    if shipped is not None and shipped.is_file():
        return shipped.resolve()
    for file in config_tree(leaf):
        if file.path != leaf.absolute() and "stages" not in file.keys:
            continue
        config = (file.path.parent / given).resolve()
        if config.is_file():
            return config
    raise StageError(
        f"stage '{name}': config '{given}' does not exist (looked for "
        f"{(leaf.parent / given).resolve()}; the path is relative to {leaf}, or to a "
        "file that this inherits stages from)"
    )


def _check_kind(kind: type[BaseStage]) -> None:
    """Check that a kind says what it makes, and which file stands for that.

    Raises:
        TypeError: If it does not.
    """
    own = kind.outputs is not BaseStage.outputs
    if not kind.makes or not (kind.manifest or own):
        raise TypeError(
            f"{kind.__name__}: a kind of stage must say what it makes (`makes`), and "
            "which file in its folder stands for that (`manifest`) or its `outputs`"
        )


def _check_references(
    name: str,
    option: str,
    takes: Takes,
    value: Any,
    earlier: Mapping[str, BaseStage],
) -> None:
    """Check that what an option names are earlier stages that make what it takes."""
    if value is None and takes.required:
        raise StageError(f"stage '{name}': {option} must name {takes.required}")
    for given in names_in(value) if takes.many else [value]:
        if given is None or (takes.or_file and is_file_name(given)):
            continue
        allowed = [s.name for s in earlier.values() if s.makes == takes.product]
        if given not in allowed:
            raise StageError(
                f"stage '{name}': {option}='{given}' must be an earlier "
                f"{' or '.join(_makers(takes.product))} "
                f"({', '.join(allowed) or 'there is none'}){takes.or_else}."
                + did_you_mean(given, allowed)
            )


def _check_given(name: str, kind: type[BaseStage], given: Mapping[str, Any]) -> None:
    """Check that the options without a default are there."""
    for parameter in inspect.signature(kind).parameters.values():
        needed = (parameter.kind, parameter.default) == (
            parameter.KEYWORD_ONLY,
            parameter.empty,
        )
        if needed and parameter.name not in given:
            raise StageError(
                f"stage '{name}': a {kind.__name__} needs the option '{parameter.name}'"
            )


def _makers(product: str) -> Iterable[str]:
    kinds = STAGES.module_dict.items()
    return (name for name, kind in kinds if kind.makes == product)
