"""From the ``stages`` of a config to a checked list of stages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmseg_uda.registry import STAGES
from mmseg_uda.utils.suggestions import did_you_mean

from ..base_stage import BaseStage
from ..errors import StageError
from .build_stage import build_stage


def plan_stages(table: Mapping[str, Any] | None, config: Path) -> list[BaseStage]:
    """Read and check the ``stages`` of a config.

    Args:
        table: Value of ``stages``: name -> options, in the order to run. A config
            without it has the one stage of the kind that can stand alone.
        config: The config file; the ``config`` of a stage is relative to it.

    Raises:
        StageError: If a type, option or reference is unknown, a stage refers to a
            later one, or a config file does not exist.
    """
    if not table:
        return [
            kind(kind.alone, config)
            for kind in STAGES.module_dict.values()
            if vars(kind).get("alone") is not None  # not one that it inherits
        ]
    stages: dict[str, BaseStage] = {}
    for name, options in table.items():
        if options is None:  # a child config removes a stage
            continue
        if not isinstance(options, Mapping):
            raise StageError(
                f"{config}: stage '{name}' must be a dict with a type, or None to "
                f"leave it out; got {options!r}"
            )
        stages[name] = build_stage(name, options, config, stages)
    planned = list(stages.values())
    if not any(stage.trains for stage in planned):
        raise StageError(f"{config}: none of the stages {list(stages)} trains")
    for stage in planned:
        stage.config = stage.trainer(planned).config
    return planned


def find_stage(stages: list[BaseStage], name: str) -> BaseStage:
    """Return the stage of that name.

    Raises:
        StageError: If there is none.
    """
    names = [stage.name for stage in stages]
    if name not in names:
        raise StageError(
            f"there is no stage '{name}'; this config has: {', '.join(names)}."
            + did_you_mean(name, names)
        )
    return stages[names.index(name)]
