"""What the weights of objectives do, told while a model trains."""

from collections.abc import Mapping
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook, LoggerHook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmseg_uda.models.objectives.weight_text import weight_table
from mmseg_uda.models.objectives.weight_warnings import weight_warnings
from mmseg_uda.models.segmentors.map_wiring import to_enlarge
from mmseg_uda.utils.unwrapped import unwrapped

from .sample_hook import check_whole
from .weight_tally import Key, WeightTally


@HOOKS.register_module()
class WeightReportHook(Hook):
    """Tells what the weights per pixel do, such as exp(-L_lip) of LCRF.

    Trainings of ``tools/train.py`` have it by themselves; the training is the same bit
    for bit with it and without. Of every weighted objective and segmentation head:

    - Log lines and scalars have ``<objective>.weight_<seg_head>``, the mean, and
      ``<objective>.weight_below_half_<seg_head>``, the share of the pixels below 0.5,
      over all iterations and ranks since the last line.
    - With each validation, and at the end, the log has a table by class (the label that
      the loss takes) over the iterations since the last table.
    - A warning says where a weight does nothing: where it is within 0.005 of 1 on 99.9
      % of the pixels; another one where it leaves little over: where it is below 0.5 on
      90 % of them. They come once after the first iterations, and at the end.

    Pixels without a label do not count, nor do iterations before the ``begin_iters`` of
    the weight. Sums are exact, and stay on the device until a line is written.

    Args:
        interval_iters: Iterations between log entries; None: those of the logger.
        check_iters: Iterations before the first warning, which comes with a log entry.

    Raises:
        ValueError: If a number is no whole one or too small.
    """

    def __init__(
        self, interval_iters: int | None = None, check_iters: int = 200
    ) -> None:
        numbers = dict(check_iters=check_iters)
        if interval_iters is not None:
            numbers["interval_iters"] = interval_iters
        check_whole(numbers, dict(interval_iters=1, check_iters=1))
        self.interval_iters = interval_iters
        self.check_iters = check_iters

    def before_train(self, runner: Runner) -> None:
        """Begin to listen to the weights."""
        if self.interval_iters is None:
            loggers = [h for h in runner.hooks if isinstance(h, LoggerHook)]
            self.interval_iters = loggers[0].interval if loggers else 50
        metainfo = getattr(runner.train_dataloader.dataset, "metainfo", {})
        self._tally = WeightTally(unwrapped(runner.model), metainfo.get("classes"))
        self._tally.listen()
        self._begins = self._table_begins = runner.iter
        self._checked = False
        self._last: dict[Key, dict] = {}

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Put what the weights were into the log, if it is time to."""
        last = self.is_last_train_iter(runner)
        if not last and not self.every_n_train_iters(runner, self.interval_iters):
            return
        recent = self._tally.recent()
        for (name, seg_head), numbers in recent.items():
            entries = {
                f"{name}.weight_{seg_head}": numbers["mean"],
                f"{name}.weight_below_half_{seg_head}": numbers["below_half_share"],
            }
            for entry, value in entries.items():
                runner.message_hub.update_scalar(f"train/{entry}", value)
        done = runner.iter + 1
        if recent and not self._checked and done - self._begins >= self.check_iters:
            self._checked = True
            self._warn(runner, recent, f"around iteration {done}")

    def before_val(self, runner: Runner) -> None:
        """Draw the tables of a validation that is part of a training."""
        if hasattr(self, "_tally"):
            self._draw(runner)

    def after_train(self, runner: Runner) -> None:
        """Draw the last tables, warn once more, and listen no longer."""
        self._draw(runner)
        self._tally.leave()
        self._warn(runner, self._last, "at the end")

    def _draw(self, runner: Runner) -> None:
        begins, ends = self._table_begins + 1, runner.iter
        found = self._tally.whole()
        if not found:
            return
        self._table_begins, self._last = ends, found
        for name, objective in self._tally.weighted.items():
            by_head = {head: n for (key, head), n in found.items() if key == name}
            if by_head and is_main_process():
                runner.logger.info(
                    f"weight of {name}, {objective.weight.equation('HEAD')}, in "
                    f"iterations {begins} to {ends}:\n{weight_table(by_head)}"
                )

    def _warn(self, runner: Runner, found: Mapping[Key, dict], when: str) -> None:
        for name in dict.fromkeys(name for name, _ in found):
            weight = self._tally.weighted[name].weight
            by_weight = {
                weight.equation(head): numbers
                for (key, head), numbers in found.items()
                if key == name
            }
            advice = to_enlarge(weight.map, unwrapped(runner.model).maps)
            for told in weight_warnings(name, by_weight, advice):
                if is_main_process():
                    runner.logger.warning(f"{when}, {told}")
