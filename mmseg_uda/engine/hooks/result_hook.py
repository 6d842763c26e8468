"""Final and best result of a run, side by side."""

import json
import math
from numbers import Real
from pathlib import Path

from mmengine.dist import broadcast_object_list, is_main_process, master_only
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmseg_uda.evaluation.occurring import over_classes
from mmseg_uda.evaluation.results import never_predicted_in
from mmseg_uda.utils.atomic_files import write_json

RESULT = "result.json"


@HOOKS.register_module()
class ResultHook(Hook):
    """Keeps ``<work_dir>/result.json`` and reports the final *and* the best result.

    The best checkpoint is chosen on the data it is scored on, so it is never reported
    alone. The file is ``{"final": .., "best": .., "history": [..]}``; each result is
    ``{"iter": N, <metric>: value, ..}`` with the metrics as the evaluator gives them.
    ``final`` is null until the training has ended. A metric that is not finite is null.

    After a resume the history goes on; entries behind the resumed iteration are
    dropped. A validation that was due at the resumed iteration but got lost, because
    the run was killed between the checkpoint and the end of the validation, is made up
    for: mmengine would never come back to it. So is the validation of the last
    iteration where a hook ends the training early: what is final is scored. Where that
    is scored twice, with the target's statistics (``TargetStatisticsHook``) the second
    time, both results stay, as the best checkpoint may be that of the first.

    Args:
        key: Metric that decides which result is best; higher is better.
    """

    # After the checkpoint hook: a result on file implies that its best checkpoint is.
    priority = "LOWEST"

    def __init__(self, key: str = "mIoU") -> None:
        self.key = key
        self.history: list[dict] = []
        self._loaded = False

    def before_train(self, runner: Runner) -> None:
        """Read the history of the run that is resumed, if one is."""
        self._load(runner)
        self._write(runner, final=None)

    def before_train_epoch(self, runner: Runner) -> None:
        """Make up for a validation that the resumed run was killed in."""
        if self._lacks(runner) and _validation_is_due(runner):
            runner.logger.info(f"Making up for the validation at {runner.iter}.")
            runner.val_loop.run()

    def after_train_epoch(self, runner: Runner) -> None:
        """Score the last iteration of a training that was ended early."""
        if self._lacks(runner) and may_validate(runner):
            runner.val_loop.run()

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Add a result.

        Raises:
            ValueError: If the evaluation does not give the metric ``key``.
        """
        if not isinstance(runner.optim_wrapper, OptimWrapper):
            return  # a validation on its own, outside of training
        self._load(runner)
        metrics = metrics or {}
        if self.key not in metrics:
            raise ValueError(
                f"ResultHook ranks results by '{self.key}', but the evaluation gives "
                f"{', '.join(metrics) or 'nothing'}. Set key to one of these."
            )
        values = {k: _number(v) for k, v in metrics.items() if isinstance(v, Real)}
        new = {"iter": runner.iter, **values}
        before = [r for r in self.history if r["iter"] < runner.iter]
        first = [r for r in self.history if r["iter"] == runner.iter and r != new][:1]
        self.history = [*before, *first, new]
        self._write(runner, final=None)

    def after_train(self, runner: Runner) -> None:
        """Write and print the final and the best result."""
        final = self.history[-1] if self.history else None
        self._write(runner, final)
        if final is not None:
            for name, result in (("final", final), ("best", self.best)):
                runner.logger.info(_line(name, result, self.key))
            warning = never_predicted_in(runner.val_loop.evaluator.metrics)
            if warning and is_main_process():
                runner.logger.warning(warning)

    @property
    def best(self) -> dict | None:
        """First of the results that are highest in ``key``."""
        scored = [r for r in self.history if r.get(self.key) is not None]
        return max(scored, key=lambda r: r[self.key], default=None)

    def _lacks(self, runner: Runner) -> bool:
        """Whether the present iteration has no result yet."""
        return all(result["iter"] != runner.iter for result in self.history)

    def _load(self, runner: Runner) -> None:
        if not self._loaded:
            self.history = [r for r in _read(runner) if r["iter"] <= runner.iter]
            self._loaded = True

    @master_only
    def _write(self, runner: Runner, final: dict | None) -> None:
        content = {"final": final, "best": self.best, "history": self.history}
        write_json(_path(runner), content)


def read_result(path: Path) -> dict | None:
    """Return the content of a ``result.json``, or None where there is none.

    Raises:
        ValueError: If the file is damaged.
    """
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:  # neither JSON nor even text
        raise ValueError(_damaged(path, f"it is not JSON ({error})")) from error
    if not _has_shape(content):
        raise ValueError(_damaged(path, "it is JSON of another shape"))
    return content


def _has_shape(content: object) -> bool:
    if not isinstance(content, dict) or not isinstance(content.get("history"), list):
        return False
    results = [r for r in (content.get("final"), content.get("best")) if r is not None]
    return all(
        isinstance(result, dict) and isinstance(result.get("iter"), int)
        for result in (*content["history"], *results)
    )


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} is damaged: {why}. It holds the history of the validations. Put a "
        "copy of it back, or delete it: the run then goes on from its newest "
        "checkpoint, with a history that begins there."
    )


def _path(runner: Runner) -> Path:
    return Path(runner.work_dir, RESULT)


def _read(runner: Runner) -> list[dict]:
    """The history on disk as rank 0 sees it, so that all ranks decide alike."""
    history: list = [[]]
    if is_main_process() and runner.iter > 0:
        history = [(read_result(_path(runner)) or {"history": []})["history"]]
    broadcast_object_list(history)
    return history[0]


def _validation_is_due(runner: Runner) -> bool:
    loop, n = runner.train_loop, runner.iter
    at_end = n == loop.max_iters or loop.stop_training
    return may_validate(runner) and (at_end or n % loop.val_interval == 0)


def may_validate(runner: Runner) -> bool:
    """Tell whether a training validates, and has reached where it begins to."""
    n = runner.iter
    return runner.val_loop is not None and 0 < n >= runner.train_loop.val_begin


def _number(value: Real) -> float | int | None:
    value = value if isinstance(value, int) else float(value)
    return value if math.isfinite(value) else None


def _line(name: str, result: dict | None, key: str) -> str:
    if result is None:
        return f"{name} result: none with a finite {key}"
    # a dot marks the entries of single classes: they are in the file, not in the line
    others = [
        f"{k} {v}" for k, v in result.items() if k not in ("iter", key) and "." not in k
    ]
    over = over_classes(result)
    score = f"{key} {result[key]}" + (f" ({over})" if over else "")
    values = "  ".join([score, *others])
    return f"{name} result (iteration {result['iter']}): {values}"
