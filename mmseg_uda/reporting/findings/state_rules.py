"""Findings of whether a run is over, and what its weights were chosen with."""

from ..run_record import RunRecord
from ..scores import LABEL_FREE
from ..stage_record import (
    INTERRUPTED,
    NOT_BEGUN,
    RUNNING,
    UNKNOWN,
    StageRecord,
)
from .finding import CAUTION, NOTE, PROBLEM, Finding


def state_findings(run: RunRecord) -> list[Finding]:
    """Look at the states of a run's stages."""
    found = []
    for stage in run.stages:
        found += _of_state(stage)
        found += _of_best(stage)
    open_ones = [s.name for s in run.stages if s.state == NOT_BEGUN]
    if open_ones and not any(s.state == INTERRUPTED for s in run.stages):
        told = f"Not begun, and no process is at work: {', '.join(open_ones)}."
        remedy = "The command of mmseg-uda train that began the run goes on with it."
        found.append(Finding("not begun", CAUTION, "", told, remedy))
    return found


def _of_state(stage: StageRecord) -> list[Finding]:
    name, state = stage.name, stage.state
    if state == INTERRUPTED:
        told = "This stage was interrupted: it has begun, and no process is at work."
        remedy = "Run the same command again: it goes on from the newest checkpoint."
        return [Finding("interrupted", PROBLEM, name, told, remedy)]
    if state in (RUNNING, UNKNOWN):
        told = f"This stage is {state}, so what stands here of it is not final."
        remedy = "Make the report again once the run is over."
        return [Finding("not over", NOTE, name, told, remedy)]
    return []


def _of_best(stage: StageRecord) -> list[Finding]:
    file = stage.best_file
    if file is None or file.startswith(f"best_{LABEL_FREE.rstrip('/')}"):
        return []
    if stage.best and stage.best["iter"] == stage.final["iter"]:
        return []  # it is the last one, which nobody had to choose
    told = (
        f"{file} was chosen with the labels that it is scored on, so its score is "
        "higher than what can be had without labels of the target."
    )
    remedy = (
        "Compare runs by their final scores; to choose without labels, save_best="
        "'label_free/information'."
    )
    return [Finding("best chosen with labels", NOTE, stage.name, told, remedy)]
