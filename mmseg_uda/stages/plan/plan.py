"""From the ``stages`` of a config to a checked list of stages."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmseg_uda.utils.suggestions import did_you_mean

from .errors import StageError
from .read_stage import read_stage
from .stage import TRAIN, Stage


def plan_stages(table: Mapping[str, Any] | None, config: Path) -> list[Stage]:
    """Read and check the ``stages`` of a config.

    Args:
        table: Value of ``stages``: name -> options, in the order to run. A config
            without it has the one stage ``train``.
        config: The config file; the ``config`` of a stage is relative to it.

    Raises:
        StageError: If a type, option or reference is unknown, a stage refers to a
            later one, or a config file does not exist.
    """
    if not table:
        return [Stage(name="train", kind=TRAIN, config=config)]
    stages: dict[str, Stage] = {}
    for name, options in table.items():
        if options is None:  # a child config removes a stage
            continue
        if not isinstance(options, Mapping):
            raise StageError(
                f"{config}: stage '{name}' must be a dict with a type, or None to "
                f"leave it out; got {options!r}"
            )
        stages[name] = read_stage(name, dict(options), config, stages)
    if not any(stage.trains for stage in stages.values()):
        raise StageError(f"{config}: none of the stages {list(stages)} trains")
    return [_as_its_learner(stage, stages) for stage in stages.values()]


def find_stage(stages: list[Stage], name: str) -> Stage:
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


def _as_its_learner(stage: Stage, stages: Mapping[str, Stage]) -> Stage:
    """Let a stage that finds regions look at the data of its learner."""
    if not stage.finds_regions:
        return stage
    return replace(stage, config=learner_of(stage, stages.values()).config)


def learner_of(stage: Stage, stages: Iterable[Stage]) -> Stage:
    """Return the first stage that learns from one that finds regions.

    Raises:
        StageError: If there is none.
    """
    for learner in stages:
        if stage.name in learner.regions:
            return learner
    raise StageError(
        f"stage '{stage.name}': no stage takes its regions; give a later TrainStage "
        f"regions='{stage.name}', or remove the stage by {stage.name}=None"
    )
