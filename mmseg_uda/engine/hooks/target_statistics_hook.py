"""Batch norm statistics of the target, exactly, at the end of a training or before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.engine.save_iteration import save_iteration
from mmseg_uda.prediction.target_images import domain_images, inference_pipeline
from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
    check_class_shares,
    movement_table,
    nothing_to_adapt,
    predicting_part,
)
from mmseg_uda.utils.suggestions import check_choice, did_you_mean
from mmseg_uda.utils.unwrapped import unwrapped

from .result_hook import may_validate

START, END = "start", "end"
# kept in checkpoints, so that a resumed run knows what its weights are
_ADAPTED, _SCORED = "target_statistics_at", "target_statistics_scored_at"


@HOOKS.register_module()
class TargetStatisticsHook(Hook):
    """Gives the network's batch norms the statistics of a domain's images.

    At the last iteration, before it is saved and scored: the final checkpoint and the
    final result are those of the adapted network. Weights stay as they are. The images
    are those of the training data, as a test loads them, each once; see
    :func:`mmseg_uda.statistics.adapt_statistics`. A training that another hook ends
    early is scored and saved once more, with the statistics; one that is killed at any
    moment and resumed ends as if it had not been. Networks without batch norm pass
    through unchanged, with a warning.

    With ``at='start'`` the training begins from the adapted network instead, as its
    pseudo-labels may have been predicted: for batch norms that are frozen in training
    (``norm_eval``), which else keep the source's statistics for ever. Others normalise
    by their own batches, and have statistics of these within some fifty iterations.

    Args:
        domain: Key of ``train_dataloader.dataset.domains``, such as ``'target'``.
        at: ``'end'`` or ``'start'`` of the training; of both, two hooks.
        blend: See :class:`StatisticsOptions`.
        batch_size: See :class:`StatisticsOptions`.
        exact: See :class:`StatisticsOptions`.
        layers: See :class:`StatisticsOptions`; names as in checkpoints.
        class_shares: See :class:`StatisticsOptions`.

    Raises:
        ValueError: If an option is out of range. Before anything is trained: see
            :meth:`check`.
    """

    # after the optimizer's step, before the checkpoint, the validation and what
    # EarlyEnd saves at the very end
    priority = "LOW"

    def __init__(
        self,
        domain: str,
        at: str = END,
        blend: float = 0.0,
        batch_size: int = 8,
        exact: bool = False,
        layers: Sequence[str] = ("*",),
        class_shares: Sequence[float] | None = None,
    ) -> None:
        check_choice("at", at, (START, END))
        self.domain = domain
        self.at = at
        self.options = StatisticsOptions(blend, batch_size, exact, layers, class_shares)

    def check(self, cfg: Config, model: nn.Module, hooks: Iterable[type]) -> bool:
        """Find what would be wrong when it adapts, but for missing files.

        Args:
            cfg: Config of the training.
            model: Its bare model.
            hooks: Classes of all of its hooks.

        Returns:
            Whether there is a batch norm to adapt.

        Raises:
            ValueError: If the domain is not there, a pattern fits no layer,
                ``class_shares`` are those of other classes, a test loads no images, or
                it adapts at the end and the weights that are saved will be averages,
                whose statistics are others.
        """
        if not adaptable_norms(model, self.options.layers):
            return False
        classes = getattr(predicting_part(model), "num_classes", None)
        if classes:
            check_class_shares(self.options, max(2, classes))
        if self.at == END and any(issubclass(hook, EMAHook) for hook in hooks):
            raise ValueError(
                "TargetStatisticsHook takes the statistics of the network that is "
                "trained, but EMAHook saves and scores an average of it. Take one out: "
                "of custom_hooks, or, as LCRF's configs have it, by "
                "default_hooks=dict(target_statistics=None); tools/adapt_bn.py adapts "
                "what EMAHook has saved"
            )
        dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
        domains = dataset.get("domains") or {}
        there = [name for name, domain in domains.items() if domain is not None]
        if self.domain not in there:
            raise ValueError(
                f"TargetStatisticsHook takes the images of domain={self.domain!r}, but "
                "train_dataloader.dataset.domains has "
                f"{', '.join(there) or 'none'}." + self._meant(domains)
            )
        Compose(inference_pipeline(cfg))
        return True

    def _meant(self, domains: Mapping[str, Any]) -> str:
        """Say which domain may be meant, be it one that nothing else looks at."""
        if self.domain in domains:
            return ""
        meant = did_you_mean(self.domain, domains)
        left_out = [name for name, domain in domains.items() if domain is None]
        if not any(f"'{name}'" in meant for name in left_out):
            return meant
        return f"{meant} No objective looks at that one; it is there if a hook names it"

    def images(self, cfg: Config) -> ImageFiles:
        """List the images whose statistics are taken.

        Raises:
            ValueError: If there are label maps among them.
            FileNotFoundError: If their folder is not there.
        """
        pipeline = inference_pipeline(cfg)
        return domain_images(cfg, self.domain, pipeline, "are looked at")

    def before_train(self, runner: Runner) -> None:
        """Adapt at the start; for the end, find now what would be wrong then.

        A training that is resumed has begun adapted.

        Raises:
            ValueError: See :meth:`check` and :meth:`images`.
            FileNotFoundError: See :meth:`images`.
        """
        model, hooks = unwrapped(runner.model), map(type, runner.hooks)
        if not self.check(runner.cfg, model, hooks):
            runner.logger.warning(f"TargetStatisticsHook: {nothing_to_adapt(model)}")
        elif self.at == END:
            self.images(runner.cfg)
        elif runner.iter == 0:
            self._adapt(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Adapt at the last iteration."""
        ends = self.at == END and self.is_last_train_iter(runner)
        if ends and self._adapt(runner):
            runner.message_hub.update_info(_ADAPTED, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Adapt where the training has ended early, and score and save that.

        In this order: what is saved as scored has been, wherever a kill falls.
        """
        if self.at == START:
            return
        done, hub = runner.iter, runner.message_hub
        adapted = hub.get_info(_ADAPTED, None) == done
        at_end = adapted and done == runner.max_iters  # and so by after_train_iter
        if done == 0 or at_end or hub.get_info(_SCORED, None) == done:
            return
        if not (adapted or self._adapt(runner)):
            return
        hub.update_info(_ADAPTED, done)
        if may_validate(runner):
            runner.val_loop.run()
        hub.update_info(_SCORED, done)
        save_iteration(runner)

    def _adapt(self, runner: Runner) -> bool:
        model = unwrapped(runner.model)
        if not adaptable_norms(model, self.options.layers):
            return False
        images = self.images(runner.cfg)
        loader = runner.cfg.get("test_dataloader") or runner.cfg.get("val_dataloader")
        moved, _, warnings = adapt_statistics(
            model,
            images,
            self.options,
            num_workers=(loader or {}).get("num_workers", 0),
            title=f"statistics of the {self.domain}",
        )
        if moved:
            runner.logger.info(
                f"{len(moved)} batch norms have the statistics of the {len(images)} "
                f"images of {self.domain}. Those that moved most:\n"
                f"{movement_table(moved, 5)}"
            )
        for warning in warnings:
            runner.logger.warning(warning)
        return True
