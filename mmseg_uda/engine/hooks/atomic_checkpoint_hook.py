"""Checkpoints that a kill at any moment cannot damage."""

import re
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmseg_uda.utils.atomic_files import remove_leftovers, write_atomic
from mmseg_uda.utils.finite import check_finite_weights

from ..checkpoints import iteration_checkpoints


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """mmengine's checkpoint hook, safe against a kill between any two operations.

    Files are complete or absent, an older checkpoint (the newest or the best) is
    deleted only after its successor is on disk, ``last_checkpoint`` is replaced in one
    step, weights that are not finite are never saved, and what a killed run left over
    is cleared away by the next one. The best score and its file survive a resume.

    Args:
        interval: Iterations between checkpoints. If gradients are accumulated over
            several iterations, it is rounded up to a multiple of these: a checkpoint
            holds no gradients, so a run resumed in between would end elsewhere.
        max_keep_ckpts: How many ``iter_N.pth`` to keep; -1 keeps all.
        save_best: Metric, or list of metrics, whose best checkpoint is kept.
        **kwargs: As for :class:`mmengine.hooks.CheckpointHook`.

    Raises:
        ValueError: If ``by_epoch`` is set: runs of this project count iterations. At
            the first validation: if it does not measure ``save_best``. Before weights
            are saved: if they are not finite.
    """

    def __init__(
        self,
        interval: int = 2000,
        max_keep_ckpts: int = 1,
        save_best: str | list[str] | None = None,
        **kwargs,
    ) -> None:
        if kwargs.pop("by_epoch", False):
            raise ValueError(
                "AtomicCheckpointHook counts iterations; leave by_epoch out or False"
            )
        kwargs.setdefault("backend_args", {"backend": "atomic"})
        super().__init__(
            interval=interval,
            by_epoch=False,
            max_keep_ckpts=max_keep_ckpts,
            save_best=save_best,
            filename_tmpl="iter_{}.pth",
            **kwargs,
        )

    def before_train(self, runner: Runner) -> None:
        """Clear leftovers and recall the checkpoint that the run goes on from."""
        super().before_train(runner)
        accumulated = _accumulated(runner.optim_wrapper)
        self.interval = -(-self.interval // accumulated) * accumulated
        if is_main_process():
            remove_leftovers(self.out_dir)
        # Without it a new best score right after a resume would not be stored.
        resumed = iteration_checkpoints(self.out_dir).get(runner.iter)
        self.last_ckpt = None if resumed is None else str(resumed)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        # Replaces mmengine's order "delete, save, write last_checkpoint".
        check_finite_weights(runner.model.state_dict(), step)
        filename = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, filename)
        runner.message_hub.update_info("last_ckpt", self.last_ckpt)
        # a constant rate has no schedule, and asking for its state is a warning
        scheduled = runner.param_schedulers is not None
        runner.save_checkpoint(
            self.out_dir,
            filename,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler and scheduled,
            meta=meta,
            by_epoch=False,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            write_atomic(Path(runner.work_dir, "last_checkpoint"), self.last_ckpt)
            self._prune_iterations(step)

    def _prune_iterations(self, step: int) -> None:
        if self.max_keep_ckpts <= 0:
            return
        # The folder, not a list in the checkpoint, says what there is: a kill between
        # saving and deleting must not leave a file that nobody deletes any more.
        older = [p for n, p in iteration_checkpoints(self.out_dir).items() if n < step]
        for path in older[: len(older) + 1 - self.max_keep_ckpts]:
            path.unlink(missing_ok=True)

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        in_training = isinstance(runner.optim_wrapper, OptimWrapper)
        if not self.save_best or not in_training:
            return
        unknown = [k for k in self.key_indicators if k not in metrics and k != "auto"]
        if unknown:
            raise ValueError(
                f"save_best names {', '.join(unknown)}, but the evaluation gives "
                f"{', '.join(metrics)}. Set default_hooks.checkpoint.save_best to one "
                "of these."
            )
        previous = self._best_paths()
        # mmengine deletes the previous best file first; without a path it cannot.
        self._set_best_paths(dict.fromkeys(previous))
        super()._save_best_checkpoint(runner, metrics)
        updated = self._best_paths()
        current = {k: updated.get(k) or previous.get(k) for k in updated}
        self._set_best_paths(current)
        if is_main_process():
            for key, path in current.items():
                self._prune_best(key, path and Path(self.out_dir, Path(path).name))

    def _prune_best(self, key: str, keep: Path | None) -> None:
        if keep is None or not keep.exists():
            return
        name = re.escape(f"best_{key}_".replace("/", "_")) + r"iter_\d+\.pth"
        for path in Path(self.out_dir).iterdir():
            if re.fullmatch(name, path.name) and path.name != keep.name:
                path.unlink(missing_ok=True)

    def _best_paths(self) -> dict[str, str | None]:
        if len(self.key_indicators) == 1:
            return {self.key_indicators[0]: self.best_ckpt_path}
        return dict(self.best_ckpt_path_dict)

    def _set_best_paths(self, paths: dict[str, str | None]) -> None:
        if len(self.key_indicators) == 1:
            self.best_ckpt_path = next(iter(paths.values()))
        else:
            self.best_ckpt_path_dict = paths


def _accumulated(optim_wrapper: OptimWrapper | OptimWrapperDict) -> int:
    """Number of iterations that gradients are accumulated over."""
    if isinstance(optim_wrapper, OptimWrapperDict):  # all entries have the same
        optim_wrapper = next(iter(optim_wrapper.values()))
    return optim_wrapper._accumulative_counts
