"""Schedules of learning rates: what they count, and what is beyond a training."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.optim.scheduler import (
    ConstantParamScheduler,
    CosineAnnealingParamScheduler,
    LinearParamScheduler,
    MultiStepParamScheduler,
    PolyParamScheduler,
    ReduceOnPlateauParamScheduler,
    StepParamScheduler,
)
from mmengine.optim.scheduler.lr_scheduler import LRSchedulerMixin
from mmseg.registry import PARAM_SCHEDULERS

from ..errors import StageError

#: Papers stop long before the end of their schedules, but not as early as this.
HARDLY = 0.1


def schedules_in(cfg: Config) -> Iterator[tuple[str, type, Mapping[str, Any]]]:
    """Yield key, class and config of each schedule; those of no known class are left.

    Args:
        cfg: Config of a training stage.
    """
    given = cfg.get("param_scheduler") or {}
    is_named = isinstance(given, Mapping) and "type" not in given
    for name, schedules in (given if is_named else {"": given}).items():
        several = isinstance(schedules, list | tuple)
        for number, schedule in enumerate(schedules if several else [schedules]):
            path = ["param_scheduler", name, str(number) if several else ""]
            kind = schedule.get("type")
            kind = PARAM_SCHEDULERS.get(kind) if isinstance(kind, str) else kind
            if isinstance(kind, type):
                yield ".".join(filter(None, path)), kind, schedule


def check_counts_iterations(cfg: Config) -> None:
    """Check that schedules count iterations, as trainings do.

    Raises:
        StageError: If one counts epochs: it would never change anything.
    """
    for key, kind, schedule in schedules_in(cfg):
        # that one goes by the validations
        waits = issubclass(kind, ReduceOnPlateauParamScheduler)
        converted = schedule.get("convert_to_iter_based", False)
        if schedule.get("by_epoch", True) and not (waits or converted):
            raise StageError(
                f"{key} ({kind.__name__}) counts epochs (by_epoch=True, which is "
                "mmengine's default), but trainings here count iterations, so it would "
                "never change the rate: add by_epoch=False, and give begin, end and "
                "the like in iterations"
            )


def schedules_beyond(cfg: Config, length: int) -> Iterator[tuple[str, str, Any]]:
    """Yield what is wrong with schedules in a training so short; option and value.

    Args:
        cfg: Config of a training stage.
        length: Its iterations.
    """
    for key, kind, schedule in schedules_in(cfg):
        begin, end = schedule.get("begin") or 0, schedule.get("end") or math.inf
        last = end - 1  # mmengine's end one iteration early
        first = _first_step(kind, schedule)
        if begin >= length:
            yield f"{kind.__name__} never starts", f"{key}.begin", begin
        elif first is not None and first[1] >= length:
            yield f"{kind.__name__} never steps", f"{key}.{first[0]}", first[1]
        elif last > length and _warms_up(kind, schedule):
            yield f"the warm-up, {kind.__name__}, never ends", f"{key}.end", end
        elif math.isfinite(end) and length - begin < HARDLY * (last - begin):
            share = 100 * (length - begin) / (last - begin)
            if not issubclass(kind, ConstantParamScheduler):
                said = f"{kind.__name__} goes {share:.2g} % of its way"
                yield said, f"{key}.end", end


def rate_zero_before(cfg: Config, length: int) -> Iterator[str]:
    """Yield a warning for each schedule behind whose end nothing is learnt.

    Args:
        cfg: Config of a training stage.
        length: Its iterations.
    """
    schedules = list(schedules_in(cfg))
    for key, kind, schedule in schedules:
        end, group = schedule.get("end") or math.inf, key.rpartition(".")[0]
        goes_on = any(
            other.rpartition(".")[0] == group and (later.get("begin") or 0) >= end - 1
            for other, _, later in schedules
        )
        if end < length and not goes_on and _falls_to_zero(kind, schedule):
            yield (
                f"{kind.__name__} ends at iteration {end} of {length} with a rate of "
                f"0, so nothing is learnt after it: {key}.end={length}"
            )


def _falls_to_zero(kind: type, schedule: Mapping[str, Any]) -> bool:
    falls = (PolyParamScheduler, CosineAnnealingParamScheduler)
    options = ("eta_min", "eta_min_ratio", "T_max")
    return (
        issubclass(kind, LRSchedulerMixin)
        and issubclass(kind, falls)
        and not any(schedule.get(option) for option in options)
    )


def _first_step(kind: type, schedule: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return the option by which a schedule of steps takes the first, and its value."""
    if issubclass(kind, MultiStepParamScheduler) and schedule.get("milestones"):
        return "milestones", min(schedule["milestones"])
    if issubclass(kind, StepParamScheduler) and "step_size" in schedule:
        return "step_size", schedule["step_size"]
    return None


def _warms_up(kind: type, schedule: Mapping[str, Any]) -> bool:
    if schedule.get("begin"):
        return False
    if issubclass(kind, LinearParamScheduler):
        return schedule.get("start_factor", 1 / 3) < schedule.get("end_factor", 1.0)
    return issubclass(kind, ConstantParamScheduler)
