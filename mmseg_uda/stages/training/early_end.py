"""A training that ends before its last iteration: kept, and not gone on with."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import master_only
from mmengine.hooks import EarlyStoppingHook, Hook
from mmengine.runner import Runner

from mmseg_uda.engine.checkpoints import iteration_checkpoints
from mmseg_uda.engine.hooks.result_hook import RESULT, read_result
from mmseg_uda.engine.save_iteration import save_iteration
from mmseg_uda.utils.atomic_files import write_atomic

STOPPED = "stopped.json"


class EarlyEnd(Hook):
    """Saves what a training ends with, wherever that is, and ends it there again.

    A hook, such as mmengine's ``EarlyStoppingHook``, may end a training between two
    checkpoints, while mmengine saves at ``max_iters`` alone. This one writes down where
    it ended (``stopped.json``) and saves a checkpoint there, beside those that
    ``max_keep_ckpts`` counts. A run that is killed after that trains up to this
    iteration, and no further, when it is resumed. What an ``EarlyStoppingHook`` has
    seen before a resume is told to it again, since checkpoints don't hold it.
    """

    # before a validation that is made up for: a kill in it must not undo the end
    priority = "VERY_HIGH"

    def __init__(self) -> None:
        self._last: int | None = None

    def before_train(self, runner: Runner) -> None:
        """Recall where a run that is resumed had ended, and what its hooks saw."""
        path = Path(runner.work_dir, STOPPED)
        if runner._resume:
            self._last = _read(path)
            _tell_again(runner)
            self._end_here(runner, runner.iter)
        else:
            _remove(path)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """End a resumed run where it had ended."""
        self._end_here(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Write down where the training has ended, if that is early."""
        done, length = runner.iter, runner.max_iters
        if done < length:
            runner.logger.info(
                f"Training has ended at iteration {done} of {length}: a hook stopped it"
            )
            content = json.dumps({"iter": done, "of": length})
            _write(Path(runner.work_dir, STOPPED), content)

    def after_train(self, runner: Runner) -> None:
        """Save the last iteration, if no other hook has."""
        if runner.iter not in iteration_checkpoints(runner.work_dir):
            save_iteration(runner)

    def _end_here(self, runner: Runner, done: int) -> None:
        if self._last is not None and done >= self._last:
            runner.train_loop.stop_training = True


def _tell_again(runner: Runner) -> None:
    """Tell hooks that stop a training the scores from before a resume."""
    hooks = [hook for hook in runner.hooks if isinstance(hook, EarlyStoppingHook)]
    result = read_result(Path(runner.work_dir, RESULT)) or {"history": []}
    for scores in _finite_or_nan(result["history"], runner.iter):
        for hook in hooks:
            if hook.monitor in scores:
                hook.after_val_epoch(runner, scores)


def _finite_or_nan(history: Sequence[dict], until: int) -> list[dict]:
    return [
        {name: math.nan if value is None else value for name, value in scores.items()}
        for scores in history
        if scores["iter"] <= until
    ]


def _read(path: Path) -> int | None:
    """Return the iteration that a run had ended at, None if it had not.

    Raises:
        ValueError: If the file is damaged.
    """
    try:
        return int(json.loads(path.read_text())["iter"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is damaged: it says where the training had ended. Delete it: the "
            "training then goes on from its newest checkpoint."
        ) from error


@master_only
def _write(path: Path, content: str) -> None:
    write_atomic(path, content)


@master_only
def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
