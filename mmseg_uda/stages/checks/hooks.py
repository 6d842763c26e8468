"""Building the hooks of a training stage before any stage runs."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import CheckpointHook, EarlyStoppingHook, EMAHook, Hook
from mmseg.registry import HOOKS

from mmseg_uda.engine.hooks import ResultHook
from mmseg_uda.evaluation import DomainMetric, UDAIoUMetric
from mmseg_uda.utils.suggestions import did_you_mean

from ..config.config_nodes import HOOK_NAMES
from ..errors import StageError
from .building import building
from .dry_runner import DryRunner
from .signatures import check_arguments


def check_hooks(runner: DryRunner, cfg: Config) -> None:
    """Build the hooks of a config.

    Raises:
        StageError: If one cannot be built, never begins where mmengine insists on it,
            or none saves the weights at the end.
    """
    for name, hook in (cfg.get("default_hooks") or {}).items():
        if hook is None:
            continue  # mmengine's own; leave_out_hooks has seen to the rest
        if not isinstance(hook, Mapping) or "type" not in hook:
            others = {*HOOK_NAMES, *cfg.default_hooks} - {name}
            raise StageError(
                f"default_hooks.{name} is no hook: it must be a dict with a 'type', "
                f"got {hook}." + did_you_mean(name, others)
            )
        _register(runner, hook, f"default_hooks.{name}")
    for number, hook in enumerate(cfg.get("custom_hooks") or []):
        _register(runner, hook, f"custom_hooks[{number}]")
    _check_averages(runner)
    savers = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    if not any(_saves_last(hook, runner.max_iters) for hook in savers):
        raise StageError(
            "no hook saves a checkpoint when training ends, so the stage's work would "
            "be lost: let default_hooks.checkpoint be a dict(type="
            "'AtomicCheckpointHook', interval=...) with save_last=True (mmengine's "
            "CheckpointHook counts epochs, unless it has by_epoch=False)"
        )


def check_scores(runner: DryRunner, evaluator: Evaluator) -> None:
    """Check that what hooks choose and decide by will be measured.

    Raises:
        StageError: If it will not.
    """
    names: set[str] = set()
    for metric in evaluator.metrics:
        measured = _measured(metric)
        if measured is None:
            return  # what others measure turns out when they do
        names |= measured
    for hook in runner.hooks:
        for name in _asked_for(hook):
            if name not in names and name != "auto" and "IoU." not in name:
                stops = isinstance(hook, EarlyStoppingHook)
                does = "stops" if stops else "chooses the best checkpoint"
                raise StageError(
                    f"{type(hook).__name__} {does} by '{name}', "
                    f"but val_evaluator measures {', '.join(sorted(names))}."
                    + did_you_mean(name, names)
                )


def check_unscored(runner: DryRunner) -> None:
    """Check that nothing waits for scores of a training that is not validated.

    Raises:
        StageError: If something does.
    """
    for hook in runner.hooks:
        if isinstance(hook, EarlyStoppingHook):
            raise StageError(
                f"{type(hook).__name__} stops by '{hook.monitor}' of the validations, "
                "but the config has none (val_dataloader, val_cfg, val_evaluator), so "
                "it would never stop. Take it out of custom_hooks, or validate"
            )


def _check_averages(runner: DryRunner) -> None:
    """Check that averages of the weights begin within the training."""
    for hook in runner.hooks:
        if not isinstance(hook, EMAHook):
            continue
        if hook.enabled_by_epoch:
            raise StageError(
                f"{type(hook).__name__} begins by epochs (begin_epoch="
                f"{hook.begin_epoch}), which are not counted: give begin_iter instead"
            )
        if hook.begin_iter > runner.max_iters:
            raise StageError(
                f"{type(hook).__name__} begins at begin_iter={hook.begin_iter}, beyond "
                f"train_cfg.max_iters={runner.max_iters}: set a smaller one, or take "
                "it out of custom_hooks"
            )


def _measured(metric: BaseMetric) -> set[str] | None:
    """Names of what a metric of ours measures but for single classes, else None."""
    if isinstance(metric, DomainMetric):
        names = _measured(metric.metric)
    elif type(metric) is UDAIoUMetric:
        names = {"mIoU", "aAcc", "mAcc", *(metric.subsets or {})}
    else:
        names = getattr(metric, "score_names", None)
    prefix = f"{metric.prefix}/" if metric.prefix else ""
    return None if names is None else {f"{prefix}{name}" for name in names}


def _asked_for(hook: Hook) -> list[str]:
    if isinstance(hook, CheckpointHook):
        return hook.save_best or []
    if isinstance(hook, EarlyStoppingHook):
        return [hook.monitor]
    return [hook.key] if isinstance(hook, ResultHook) else []


def _register(runner: DryRunner, hook: Any, where: str) -> None:
    check_arguments(HOOKS, hook, where, also=("priority",))
    interval = hook.get("interval", 1)
    if not isinstance(interval, int):
        raise StageError(f"{where}.interval must be a whole number, got {interval!r}")
    with building(where):
        runner.register_hook(copy.deepcopy(hook))


def _saves_last(hook: CheckpointHook, length: int) -> bool:
    if hook.by_epoch:
        return False
    return hook.save_last or (hook.interval > 0 and length % hook.interval == 0)
