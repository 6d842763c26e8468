"""Which stage a ``--cfg-options`` key is meant for."""

from collections.abc import Iterable, Mapping
from typing import Any

from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError
from .read_keys import read_keys

_OWN_FLAG = {
    "work_dir": "--work-dir",
    "resume": "nothing: an interrupted stage is resumed by default",
    "launcher": "--launcher",
}


def split_options(
    options: dict[str, Any] | None,
    stage_names: Iterable[str],
    config_keys: Iterable[str],
    training: Iterable[str] = (),
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Sort dotted options into those for all stages and those for one.

    Args:
        options: Dotted key -> value, as mmengine's ``DictAction`` gives them.
        stage_names: Names of the stages of the config.
        config_keys: Top-level keys that the configs of the stages have.
        training: Names of the stages whose options are entries of their configs.

    Returns:
        Options for every training stage, and options of single stages by name
        (without their prefix).

    Raises:
        StageError: If the first part of a key is neither a stage nor part of a config,
            is a flag's business, or is a name that a config is not read for.
    """
    stage_names, training = list(stage_names), set(training)
    known = _known_keys(config_keys)
    shared: dict[str, Any] = {}
    by_stage: dict[str, dict[str, Any]] = {name: {} for name in stage_names}
    for key, value in (options or {}).items():
        first, _, rest = key.partition(".")
        if first in by_stage and rest:
            _refuse_flags(rest, f"--cfg-options {key}")
            part = rest.partition(".")[0]
            if part == "own":
                raise StageError(
                    f"--cfg-options {key}: own is for all stages, own.{rest[4:]}=...; "
                    f"for '{first}' alone set the entry itself, such as "
                    f"{first}.train_cfg.max_iters=1000"
                )
            if first in training and part not in known:
                raise StageError(
                    f"--cfg-options {key}: the config of stage '{first}' has no "
                    f"'{part}'." + did_you_mean(part, sorted(known))
                )
            if first in training:
                _refuse_used_up(f"--cfg-options {key}", part)
            by_stage[first][rest] = value
        elif first in by_stage:
            raise StageError(
                f"--cfg-options {key}={value}: '{first}' is a stage; say what to set "
                f"in it, e.g. {first}.train_cfg.max_iters=1000"
            )
        elif first in known:
            _refuse_flags(key, f"--cfg-options {key}")
            _refuse_used_up(f"--cfg-options {key}", first)
            shared[key] = value
        else:
            raise StageError(
                f"--cfg-options {key}: '{first}' is neither a stage of this config "
                f"({', '.join(stage_names)}) nor a part of it."
                + did_you_mean(first, [*stage_names, *sorted(known)])
            )
    return shared, by_stage


def check_stage_options(
    name: str, options: Mapping[str, Any], config_keys: Iterable[str]
) -> None:
    """Check the ``cfg_options`` that a stage has in the config's ``stages``.

    Args:
        name: Name of the stage.
        options: Dotted key -> value.
        config_keys: Top-level keys of the stage's config.

    Raises:
        StageError: If the first part of a key is no part of that config, is a flag's
            business, or is a name that a config is not read for.
    """
    known = _known_keys(config_keys)
    for key in options:
        given = f"stage '{name}': cfg_options {key}"
        part = str(key).partition(".")[0]
        if part not in known or part == "stages":
            raise StageError(
                f"{given}: its config has no '{part}'."
                + did_you_mean(part, sorted(known))
            )
        _refuse_flags(part, given)
        _refuse_used_up(given, part)


def refuse_toy(options: Iterable[str], stage_names: Iterable[str]) -> None:
    """Refuse entries of ``toy`` in a run that is not on ToyCity.

    Args:
        options: Dotted keys of ``--cfg-options``.
        stage_names: Names of the stages of the config.

    Raises:
        StageError: If there is one: it would change nothing.
    """
    for key in options:
        first, *rest = key.split(".")
        if first == "toy" or (first in stage_names and rest[:1] == ["toy"]):
            raise StageError(
                f"--cfg-options {key}: what is under 'toy' counts with the flag --toy "
                "of train.py and test.py alone; add --toy, or drop this option"
            )


def check_toy(toy: Any, config_keys: Iterable[str]) -> None:
    """Check the names under ``toy``: ``iters`` and parts of a config.

    Args:
        toy: Value of a config's ``toy``, options included.
        config_keys: Top-level keys of the config.

    Raises:
        StageError: If it is no dict, or a name in it is unknown.
    """
    if not isinstance(toy or {}, Mapping):
        raise StageError(f"toy must be a dict such as dict(iters=200), got {toy!r}")
    known = {"iters", *_known_keys(config_keys)} - {"toy", "stages"}
    for key in toy or {}:
        if key not in known:
            raise StageError(
                f"toy.{key}: under 'toy' there can be 'iters' and parts of a config."
                + did_you_mean(key, sorted(known))
            )


def _known_keys(config_keys: Iterable[str]) -> set[str]:
    return set(config_keys) | read_keys()


def _refuse_used_up(given: str, name: str) -> None:
    """Refuse names such as ``crop_size``: the file is through when options come."""
    if name not in read_keys():
        raise StageError(
            f"{given}: the config file builds other entries with "
            f"'{name}', and these stand already, so the option would change nothing. "
            "Set an entry that it went into (under model or train_dataloader, say), or "
            "change the file, or a child of it"
        )


def _refuse_flags(key: str, given: str) -> None:
    if key in _OWN_FLAG:
        raise StageError(f"{given}: use {_OWN_FLAG[key]}")
