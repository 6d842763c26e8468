"""Findings in the scores of a run beside those of its control."""

from ..run_record import RunRecord
from ..scores import SOURCE_ONLY, Column, counted_classes, gain, main_score
from .finding import CAUTION, NOTE, PROBLEM, Finding

_LOST = 5.0  # points of IoU
_SHOWN = 5
_NO_CONTROL = "There is no control with scores beside this run, so no gain can be told."
_GIVE_ONE = (
    "Train the same network on the source alone and give its folder: --against RUN."
)


def control_findings(run: RunRecord, control: Column | None) -> list[Finding]:
    """Compare the last scores of a run with its control, None for no control."""
    if not run.scored:
        return []
    last = run.scored[-1]
    if control is None:
        return [Finding("no control", NOTE, "", _NO_CONTROL, _GIVE_ONE)]
    ours, theirs = counted_classes(last.final), counted_classes(control.metrics)
    if set(ours) != set(theirs):
        told = (
            f"{control.title} was scored on other classes, so gains over it tell "
            "nothing."
        )
        remedy = "Give a control that was scored on the same classes."
        return [Finding("other classes", PROBLEM, last.name, told, remedy)]
    return [
        *_weak(run, control),
        *_below(last.name, last.final, control),
        *_classes_below(last.name, ours, theirs, control),
    ]


def _weak(run: RunRecord, control: Column) -> list[Finding]:
    """Say where a run is compared with an adaptation of its own."""
    if control.run != run.label or control.stage.startswith(SOURCE_ONLY):
        return []
    told = (
        f"Gains are those over the run's own first stage, {control.stage}, which may "
        "be an adaptation already."
    )
    return [Finding("own control", NOTE, "", told, _GIVE_ONE)]


def _below(stage: str, final: dict, control: Column) -> list[Finding]:
    name = main_score(final)
    difference = gain(final.get(name), control.metrics.get(name)) if name else None
    if difference is None or difference > 0:
        return []
    told = (
        f"{name} {final[name]:.1f} is not above its control, {control.title}, with "
        f"{control.metrics[name]:.1f}: the adaptation does harm or nothing."
    )
    remedy = (
        "Lower the loss_weight of the terms on the target, see which classes lose, and "
        "first try the control with the target's statistics (mmseg-uda adapt-bn)."
    )
    return [Finding("below control", PROBLEM, stage, told, remedy)]


def _classes_below(
    stage: str, ours: dict, theirs: dict, control: Column
) -> list[Finding]:
    gains = {name: gain(ours[name], theirs[name]) for name in ours}
    worst = {n: g for n, g in gains.items() if g is not None and g <= -_LOST}
    if not worst:
        return []
    ordered = sorted(worst, key=worst.get)
    each = ", ".join(
        f"{n} ({theirs[n]:.1f} to {ours[n]:.1f})" for n in ordered[:_SHOWN]
    )
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    told = f"At least {_LOST:g} points of IoU below {control.title}: {each}{more}."
    remedy = (
        "See in the pictures what takes their place; keep more of their "
        "pseudo-labels, or weight them (class_balance of the Supervised objective)."
    )
    return [Finding("classes below control", CAUTION, stage, told, remedy)]
