"""Findings in the scores of a stage over its training."""

from collections.abc import Sequence

from ..scores import counted_classes, main_score
from ..stage_record import StageRecord
from .finding import CAUTION, NOTE, PROBLEM, Finding

_POINT = 1.0  # percent
_LOST = 0.5  # below this IoU a class counts as lost


def score_findings(
    stage: StageRecord, before: Sequence[StageRecord] = ()
) -> list[Finding]:
    """Look at the validations of a stage.

    Args:
        stage: The stage.
        before: The stages before it.
    """
    if not stage.final:
        return []
    rules = (_absent, _fallen, _still_rising, _no_score)
    found = [finding for rule in rules for finding in rule(stage)]
    return [*_zero(stage, before), *found]


def _zero(stage: StageRecord, before: Sequence[StageRecord]) -> list[Finding]:
    """Find classes with an IoU of (nearly) 0: never had, or had and lost."""
    final = counted_classes(stage.final)
    zero = [name for name, iou in final.items() if iou is not None and iou < _LOST]
    results = [result for s in (*before, stage) for result in s.history]
    once = {
        name: max(counted_classes(result).get(name) or 0.0 for result in results)
        for name in zero
    }
    found = []
    lost = [name for name in zero if once[name] >= 1 + _LOST]
    never = [name for name in zero if name not in lost]
    if never:
        told = f"IoU 0, or nearly, at the last validation: {', '.join(never)}."
        remedy = (
            "See whether the source's labels hold the class, under the same index "
            "(mmseg-uda check); if so, weight rare classes (class_balance of the "
            "Supervised objective) or train for longer."
        )
        found.append(Finding("IoU 0", PROBLEM, stage.name, told, remedy))
    if lost:
        each = ", ".join(f"{name} (once {once[name]:.1f})" for name in lost)
        told = f"Lost, now at IoU 0 or nearly: {each}."
        remedy = (
            "Lower the weight of the terms on the target, keep more pseudo-labels of "
            "the class (rule ClassBalanced), or keep the source in the training."
        )
        found.append(Finding("class lost", PROBLEM, stage.name, told, remedy))
    return found


def _absent(stage: StageRecord) -> list[Finding]:
    absent = [n for n, iou in counted_classes(stage.final).items() if iou is None]
    if not absent:
        return []
    told = (
        f"In neither labels nor predictions of the validation, so not in the mean: "
        f"{', '.join(absent)}."
    )
    remedy = "Compare the mean only with means over the same classes."
    return [Finding("class absent", NOTE, stage.name, told, remedy)]


def _fallen(stage: StageRecord) -> list[Finding]:
    name = main_score(stage.final)
    scored = [r for r in stage.history if name and r.get(name) is not None]
    if not scored or stage.final.get(name) is None:
        return []
    best = max(scored, key=lambda result: result[name])
    fall = best[name] - stage.final[name]
    if fall <= _POINT:
        return []
    told = (
        f"{name} has fallen by {fall:.1f} points from its best, {best[name]:.1f} at "
        f"iteration {best['iter']}, to {stage.final[name]:.1f} at "
        f"{stage.final['iter']}."
    )
    remedy = (
        "See which classes fell (curves of every class); train more shortly, with a "
        "lower learning rate, or with less weight on the target's terms."
    )
    return [Finding("fallen", CAUTION, stage.name, told, remedy)]


def _still_rising(stage: StageRecord) -> list[Finding]:
    """Find a finished training whose last validation is its best by a point."""
    name = main_score(stage.final)
    values = [result.get(name) for result in stage.history] if name else []
    if not stage.done or len(values) < 2 or None in values:
        return []
    rise = values[-1] - max(values[:-1])
    if rise <= _POINT:
        return []
    told = (
        f"{name} was still rising at the end: by {rise:.1f} points between the last "
        "two validations."
    )
    remedy = "Train for longer (train_cfg.max_iters; own.iters of a config of init)."
    return [Finding("still rising", NOTE, stage.name, told, remedy)]


def _no_score(stage: StageRecord) -> list[Finding]:
    name = main_score(stage.final)
    if name is None or stage.final.get(name) is not None:
        return []
    told = f"{name} of the last validation is not a number."
    remedy = "See whether the validation labels hold any class that is scored."
    return [Finding("no score", PROBLEM, stage.name, told, remedy)]
