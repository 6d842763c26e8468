"""From one entry of ``stages`` to a stage."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.utils.options import from_options
from mmseg_uda.utils.suggestions import did_you_mean
from mmseg_uda.weights.weight_files import is_file_name

from .errors import StageError
from .stage import (
    PSEUDO_LABEL,
    REGION_GRID,
    REGION_LABEL,
    TRAIN,
    TRANSLATE,
    Stage,
)

# the options of each type of stage
_OPTIONS = {
    TRAIN: (
        "config",
        "cfg_options",
        "load_from",
        "labels",
        "regions",
        "translated",
        "weights",
    ),
    PSEUDO_LABEL: (
        "checkpoint",
        "average_with",
        "rule",
        "tta",
        "weights",
        "target_statistics",
    ),
    REGION_LABEL: ("rule",),
    REGION_GRID: ("rules", "scale"),
    TRANSLATE: ("checkpoint", "generator"),
}
_WEIGHTS = ("final", "best")
_IS_NAME = re.compile(r"\w+")


def read_stage(
    name: str, options: dict[str, Any], leaf: Path, earlier: dict[str, Stage]
) -> Stage:
    """Read and check one entry of ``stages``.

    Args:
        name: Its key.
        options: Its value; ``type`` is taken out of it.
        leaf: The config file that it stands in.
        earlier: The stages before it, by name.

    Raises:
        StageError: If a type, option or reference is wrong.
    """
    kind = options.pop("type", None)
    if kind not in _OPTIONS:
        raise StageError(
            f"stage '{name}': type must be one of {', '.join(_OPTIONS)}, got {kind!r}."
            + did_you_mean(str(kind), _OPTIONS)
        )
    for option in options:
        if option not in _OPTIONS[kind]:
            raise StageError(
                f"stage '{name}': a {kind} has no option '{option}'; it has: "
                f"{', '.join(_OPTIONS[kind])}." + did_you_mean(option, _OPTIONS[kind])
            )
    weights = options.get("weights", "final")
    if weights not in _WEIGHTS:
        raise StageError(
            f"stage '{name}': weights must be one of {', '.join(_WEIGHTS)}, "
            f"got {weights!r}"
        )
    readers = {
        TRAIN: lambda: _train_stage(name, options, leaf, earlier, weights),
        PSEUDO_LABEL: lambda: _pseudo_label_stage(name, options, earlier, weights),
        REGION_LABEL: lambda: _region_label_stage(name, options, leaf),
        REGION_GRID: lambda: _region_grid_stage(name, options, leaf),
        TRANSLATE: lambda: _translate_stage(name, options, earlier),
    }
    return readers[kind]()


def config_of(name: str, options: Mapping[str, Any], leaf: Path) -> Path:
    """Return the config file of a training stage.

    Args:
        name: Key of the stage.
        options: Its value, with ``config`` relative to the leaf, or without.
        leaf: The config file that it stands in.

    Raises:
        StageError: If there is no such file.
    """
    if not options.get("config"):
        return leaf
    config = (leaf.parent / options["config"]).resolve()
    if not config.is_file():
        raise StageError(
            f"stage '{name}': config '{options['config']}' does not exist "
            f"(looked for {config}; the path is relative to {leaf}, an inherited one, "
            "too)"
        )
    return config


def _train_stage(
    name: str,
    options: dict[str, Any],
    leaf: Path,
    earlier: dict[str, Stage],
    weights: str,
) -> Stage:
    config = config_of(name, options, leaf)
    load_from = options.get("load_from")
    if load_from is not None and not is_file_name(load_from):
        _check_reference(name, "load_from", load_from, earlier, TRAIN)
    labels = options.get("labels")
    if labels is not None:
        _check_reference(name, "labels", labels, earlier, PSEUDO_LABEL)
    regions = _names(options.get("regions"))
    for region in regions:
        _check_reference(name, "regions", region, earlier, REGION_LABEL, REGION_GRID)
    translated = options.get("translated")
    if translated is not None:
        _check_reference(name, "translated", translated, earlier, TRANSLATE)
    return Stage(
        name=name,
        kind=TRAIN,
        config=config,
        weights_from=load_from,
        weights=weights,
        labels=labels,
        regions=regions,
        translated=translated,
        cfg_options=_cfg_options(name, options.get("cfg_options")),
    )


def _cfg_options(name: str, options: Any) -> dict[str, Any]:
    options = _without_none(options) or {}
    if not isinstance(options, Mapping):
        raise StageError(
            f"stage '{name}': cfg_options must be a dict of dotted keys, such as "
            f"{{'train_cfg.max_iters': 1000}}, got {options!r}"
        )
    return dict(options)


def _pseudo_label_stage(
    name: str, options: dict[str, Any], earlier: dict[str, Stage], weights: str
) -> Stage:
    source = _checkpoint(name, options, earlier, "that predicts")
    others = _names(options.get("average_with"))
    for other in others:
        _check_reference(name, "average_with", other, earlier, TRAIN)
    tta = options.get("tta", False)
    if tta not in (True, False, None):
        raise StageError(f"stage '{name}': tta must be True or False, got {tta!r}")
    return Stage(
        name=name,
        kind=PSEUDO_LABEL,
        config=earlier[source].config,
        weights_from=source,
        weights=weights,
        average_with=others,
        rule=_without_none(options.get("rule")) or {"type": "KeepAll"},
        tta=bool(tta),
        statistics=_statistics(name, options.get("target_statistics")),
    )


def _statistics(name: str, given: Any) -> StatisticsOptions | None:
    """Read ``target_statistics``: whether, or a dict of options that say how."""
    if given in (None, False):
        return None
    options = {} if given is True else _without_none(given)
    if not isinstance(options, Mapping):
        known = ", ".join(option.name for option in fields(StatisticsOptions))
        raise StageError(
            f"stage '{name}': target_statistics must be True, False or a dict of "
            f"{known}, such as dict(batch_size=4), got {given!r}"
        )
    what = "target_statistics"
    try:
        return from_options(StatisticsOptions, what, options)
    except ValueError as error:
        about = "" if str(error).startswith(what) else f"{what}: "
        raise StageError(f"stage '{name}': {about}{error}") from error


def _translate_stage(
    name: str, options: dict[str, Any], earlier: dict[str, Stage]
) -> Stage:
    source = _checkpoint(name, options, earlier, "of the translator")
    return Stage(
        name=name,
        kind=TRANSLATE,
        config=earlier[source].config,
        weights_from=source,
        generator=options.get("generator") or "g_st",
    )


def _region_label_stage(name: str, options: dict[str, Any], leaf: Path) -> Stage:
    rule = _without_none(options.get("rule"))
    if not rule:
        raise StageError(
            f"stage '{name}': rule must say how regions are sorted into kinds, such as "
            "rule=dict(type='PatchModes')"
        )
    return Stage(name=name, kind=REGION_LABEL, config=leaf, rule=rule)


def _region_grid_stage(name: str, options: dict[str, Any], leaf: Path) -> Stage:
    rules = _without_none(options.get("rules")) or {}  # a size set to None is left out
    if not isinstance(rules, Mapping) or not all(
        isinstance(rule, Mapping) and _IS_NAME.fullmatch(size)
        for size, rule in rules.items()
    ):
        raise StageError(
            f"stage '{name}': rules must be a dict of rules by the name of a size "
            f"(letters, digits and '_'), got {rules!r}"
        )
    scale = options.get("scale")
    if not rules or scale is None:
        raise StageError(
            f"stage '{name}': rules must say how patches of each size are sorted into "
            "kinds, and scale, (width, height), how large the labels are then, such as "
            "rules=dict(small=dict(type='HogClusters')), scale=(1280, 720)"
        )
    rules = {size: _without_none(rule) for size, rule in rules.items()}
    return Stage(name, REGION_GRID, leaf, rules=rules, scale=tuple(scale))


def _checkpoint(
    name: str, options: dict[str, Any], earlier: dict[str, Stage], which: str
) -> str:
    """Return the training stage whose checkpoint a stage takes."""
    source = options.get("checkpoint")
    if source is None:
        raise StageError(
            f"stage '{name}': checkpoint must name the training stage {which}"
        )
    _check_reference(name, "checkpoint", source, earlier, TRAIN)
    return source


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of stages that an option holds: none, one or several."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def _without_none(rule: Any) -> Any:
    """Remove the options that a child config or the command line has set to None."""
    if not isinstance(rule, Mapping):
        return rule
    return {key: value for key, value in rule.items() if value is not None}


def _check_reference(
    name: str, option: str, value: str, earlier: dict[str, Stage], *kinds: str
) -> None:
    allowed = [stage.name for stage in earlier.values() if stage.kind in kinds]
    if value not in allowed:
        raise StageError(
            f"stage '{name}': {option}='{value}' must be an earlier "
            f"{' or '.join(kinds)} "
            f"({', '.join(allowed) or 'there is none'}){_or_else(option)}."
            + did_you_mean(value, allowed)
        )


def _or_else(option: str) -> str:
    if option == "load_from":
        return " or a weight file, which ends in .pth, .pt or .pkl"
    return " or a config, which ends in .py" if option == "translated" else ""
