"""Batch norm statistics of the target, exactly, at the end of a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmseg_uda.pseudo_labels.target_images import domain_images, inference_pipeline
from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
    movement_table,
)
from mmseg_uda.statistics.adapt import NOTHING_TO_ADAPT
from mmseg_uda.unwrapped import unwrapped

_DONE = "target_statistics_at"


@HOOKS.register_module()
class TargetStatisticsHook(Hook):
    """Gives the network's batch norms the statistics of a domain's images.

    At the last iteration, before it is saved and scored: the final checkpoint and the
    final result are those of the adapted network. Weights stay as they are. The images
    are those of the training data, as a test loads them, each once; see
    :func:`mmseg_uda.statistics.adapt_statistics`. A training that another hook ends
    early is saved and scored once more, with the statistics. Networks without batch
    norm pass through unchanged, with a warning.

    Args:
        domain: Key of ``train_dataloader.dataset.domains``, such as ``'target'``.
        blend: See :class:`StatisticsOptions`.
        batch_size: See :class:`StatisticsOptions`.
        exact: See :class:`StatisticsOptions`.
        layers: See :class:`StatisticsOptions`; names as in checkpoints.

    Raises:
        ValueError: If an option is out of range.
    """

    # after the optimizer's step, before EarlyEnd, checkpoint and validation look
    priority = "LOW"

    def __init__(
        self,
        domain: str,
        blend: float = 0.0,
        batch_size: int = 8,
        exact: bool = False,
        layers: Sequence[str] = ("*",),
    ) -> None:
        self.domain = domain
        self.options = StatisticsOptions(blend, batch_size, exact, layers)

    def before_train(self, runner: Runner) -> None:
        """Find, before the first iteration, what would be wrong at the last.

        Raises:
            ValueError: If the domain is not there, a pattern fits no layer, or the
                weights that are saved will be averages, whose statistics are others.
        """
        if not self._norms(runner):
            runner.logger.warning(f"TargetStatisticsHook: {NOTHING_TO_ADAPT}")
            return
        if any(isinstance(hook, EMAHook) for hook in runner.hooks):
            raise ValueError(
                "TargetStatisticsHook takes the statistics of the network that is "
                "trained, but EMAHook saves and scores an average of it. Take one out "
                "of custom_hooks; tools/adapt_bn.py adapts what EMAHook has saved"
            )
        self._images(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Adapt at the last iteration."""
        if self.is_last_train_iter(runner):
            self._adapt(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Adapt where the training has ended early, and save and score that."""
        done = runner.iter
        if done == 0 or runner.message_hub.get_info(_DONE, None) == done:
            return
        if not self._adapt(runner, done):
            return
        runner.save_checkpoint(
            runner.work_dir,
            f"iter_{done}.pth",
            save_param_scheduler=runner.param_schedulers is not None,
            meta={"epoch": runner.epoch, "iter": done},
            by_epoch=False,
            backend_args={"backend": "atomic"},
        )
        if runner.val_loop is not None:
            runner.val_loop.run()

    def _adapt(self, runner: Runner, iteration: int) -> bool:
        if not self._norms(runner):
            return False
        images = self._images(runner)
        loader = runner.cfg.get("test_dataloader") or runner.cfg.get("val_dataloader")
        moved, kept = adapt_statistics(
            unwrapped(runner.model),
            images,
            self.options,
            num_workers=(loader or {}).get("num_workers", 0),
            title=f"statistics of the {self.domain}",
        )
        runner.message_hub.update_info(_DONE, iteration)
        runner.logger.info(
            f"{len(moved)} batch norms have the statistics of the {len(images)} images "
            f"of {self.domain}. Those that moved most:\n{movement_table(moved, 5)}"
        )
        if kept:
            runner.logger.warning(
                f"{len(kept)} batch norms keep what they had, as they did not run or "
                f"were given a single value: {', '.join(kept[:5])}"
            )
        return True

    def _norms(self, runner: Runner) -> dict:
        return adaptable_norms(unwrapped(runner.model), self.options.layers)

    def _images(self, runner: Runner) -> Any:
        pipeline = inference_pipeline(runner.cfg)
        return domain_images(runner.cfg, self.domain, pipeline, "are looked at")
