"""Findings in what a training has logged."""

import math
from collections.abc import Sequence
from statistics import fmean

from ..stage_record import StageRecord
from .finding import CAUTION, NOTE, PROBLEM, Finding

_WAITING = 0.5  # share of the time
_RISE = 1.5  # times its lowest level
_PARTS = 10  # a level is the mean over a tenth of the training
_FEW = 20  # entries, below which no level is told


def training_findings(stage: StageRecord) -> list[Finding]:
    """Look at the curves of a stage."""
    return [*_not_finite(stage), *_rising(stage), *_slow_data(stage)]


def levels(values: Sequence[float], parts: int = _PARTS) -> list[float]:
    """Return the means of so many equal parts of a curve."""
    size = len(values) / parts
    return [fmean(values[int(i * size) : int((i + 1) * size)]) for i in range(parts)]


def _not_finite(stage: StageRecord) -> list[Finding]:
    first = {
        name: next((x for x, y in points if not math.isfinite(y)), None)
        for name, points in stage.scalars.items()
    }
    broken = {name: x for name, x in first.items() if x is not None}
    if not broken:
        return []
    begin = min(broken.values())
    names = ", ".join(name for name, x in broken.items() if x == begin)
    told = f"Not finite from iteration {begin} on: {names}."
    remedy = (
        "Train again with a lower learning rate, clip the gradient (clip_grad of the "
        "optim_wrapper), leave --amp out, or lower the loss_weight of that term."
    )
    return [Finding("not finite", PROBLEM, stage.name, told, remedy)]


def _rising(stage: StageRecord) -> list[Finding]:
    """Find supervised losses on the source that end far above where they were."""
    found = []
    for name, points in stage.scalars.items():
        values = [y for _, y in points]
        of_source = name.startswith("source.loss_")
        if not of_source or len(values) < _FEW or not all(map(math.isfinite, values)):
            continue
        means = levels(values)
        if means[-1] > _RISE * min(means):
            told = (
                f"{name} rises: {means[-1]:.3g} over the last tenth of the training, "
                f"{min(means):.3g} at its lowest, so the source is being unlearned."
            )
            remedy = (
                "Lower the learning rate, or the loss_weight of the terms on the "
                "target; see which of their curves turns where this one does."
            )
            found.append(Finding("rising loss", CAUTION, stage.name, told, remedy))
    return found


def _slow_data(stage: StageRecord) -> list[Finding]:
    time, waiting = (
        [y for _, y in stage.scalars.get(name, ())] for name in ("time", "data_time")
    )
    if len(time) < 3 or not sum(time) > 0:
        return []
    # the first entry holds the start of the processes that load
    share = sum(waiting[1:]) / sum(time[1:])
    if not share > _WAITING:
        return []
    told = f"{100 * share:.0f} % of the training time is spent waiting for images."
    remedy = "Raise train_dataloader.num_workers, or shrink large images once, on disk."
    return [Finding("slow data", NOTE, stage.name, told, remedy)]
