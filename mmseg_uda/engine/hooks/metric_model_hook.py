"""Lending the network to metrics that look at it."""

from __future__ import annotations

from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import nn

from mmseg_uda.utils.unwrapped import unwrapped


@HOOKS.register_module()
class MetricModelHook(Hook):
    """Lends the network to metrics that have ``look_at``, such as `ConsistencyMetric`.

    mmengine's metrics are given predictions alone. All trainings and tests of mmseg_uda
    have this hook; with another runner it stands in ``custom_hooks``. What is lent is
    what is evaluated: weights that ``EMAHook`` has put in its place, too.
    """

    def before_val(self, runner: Runner) -> None:
        """Lend it for a validation."""
        _lend(runner.val_loop.evaluator, runner.model)

    def before_test(self, runner: Runner) -> None:
        """Lend it for a test."""
        _lend(runner.test_loop.evaluator, runner.model)


def _lend(evaluator: Evaluator, model: nn.Module) -> None:
    for metric in evaluator.metrics:
        if hasattr(metric, "look_at"):
            metric.look_at(unwrapped(model))
