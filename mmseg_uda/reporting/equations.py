"""What each stage of a run does, as its equation, from the config that it ran with."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from mmseg_uda.registry import RULES
from mmseg_uda.stages.checks.outline import told_of_model
from mmseg_uda.stages.config.load_config import load_config
from mmseg_uda.stages.equation import (
    as_equation,
    describe,
    describe_rule,
    rule_as_text,
)
from mmseg_uda.stages.told import Told, as_call

from .stage_record import StageRecord


def equation_of(stage: StageRecord) -> Told:
    """Return what a stage does, as ``mmseg-uda describe`` prints it.

    What cannot be told is said in the place of the equation, with the reason.
    """
    if stage.done.get("given"):
        return Told("a checkpoint given for it", str(stage.done["checkpoint"]))
    if not stage.started and not stage.done:
        return Told("not begun")
    try:
        if stage.labels is not None or "rule" in _options(stage):
            return _of_rule(stage)
        if not stage.trains and _options(stage):
            options = {k: v for k, v in _options(stage).items() if k != "type"}
            told = "\n".join(f"{key} = {value}" for key, value in options.items())
            return Told(_heading(stage), told)
        if stage.config_file is None:
            return Told(_heading(stage))
        return Told("train", as_equation(told_of_model(config_of(stage), describe)))
    except (ValueError, TypeError, OSError) as error:
        first = str(error).strip().splitlines()[0]
        return Told(_heading(stage), f"no equation: {first}")


def config_of(stage: StageRecord) -> Config:
    """Return the config that a stage ran with.

    Raises:
        ValueError: If there is none, or it cannot be read.
    """
    if stage.config_file is None:
        raise ValueError(f"{stage.folder} holds no config")
    cfg = load_config(stage.config_file)
    if "model" in cfg:
        cfg.model = as_recorded(cfg.model, "model", list(stage.fingerprint))
    return cfg


def as_recorded(node: Any, key: str, recorded: Sequence[str]) -> Any:
    """Put the entries of a config into the order that they once had.

    mmengine sorts them by name when it writes a config; the terms of an equation have
    the order of the user's file.

    Args:
        node: Part of a config.
        key: Its dotted key.
        recorded: Dotted keys of what decided the outcome, in the order of the file.
    """
    if not isinstance(node, Mapping):
        return node
    place = {
        name: next(
            (i for i, k in enumerate(recorded) if f"{k}.".startswith(f"{key}.{name}.")),
            len(recorded),
        )
        for name in node
    }
    ordered = sorted(node, key=place.__getitem__)
    return {
        name: as_recorded(node[name], f"{key}.{name}", recorded) for name in ordered
    }


def _options(stage: StageRecord) -> dict[str, str]:
    """Return the options of a stage that does not train, as its record has them."""
    known = stage.fingerprint
    options = {
        key.removeprefix("stage."): value
        for key, value in known.items()
        if key.startswith("stage.")
    }
    return options | {"rule": ""} if "rule.type" in known else options


def _heading(stage: StageRecord) -> str:
    options = _options(stage)
    return options.get("type", "'train'" if stage.trains else "''").strip("'")


def _of_rule(stage: StageRecord) -> Told:
    if stage.labels is None:  # it is still at work
        return Told("pseudo-labels")
    options = dict(stage.labels["rule"])
    rule = RULES.build(dict(options))
    if rule.score_map is None:
        told = describe_rule(rule, None)
    else:
        cfg = config_of(stage)
        told = told_of_model(cfg, lambda model: describe_rule(rule, model))
    return Told(f"pseudo-labels by {as_call(options)}", rule_as_text(told))
