"""What looks wrong with a run, each as a sentence and what to do about it."""

from collections.abc import Sequence

from ..run_record import RunRecord
from ..scores import Column
from .control_rules import control_findings
from .finding import LEVELS, Finding
from .label_rules import label_findings
from .log_rules import log_findings
from .score_rules import score_findings
from .state_rules import state_findings
from .training_rules import training_findings

__all__ = ["LEVELS", "Finding", "findings_of"]


def findings_of(run: RunRecord, control: Column | None) -> Sequence[Finding]:
    """Look a run over, the gravest findings first.

    Args:
        run: The run.
        control: Scores that its last stage is compared with, None for nothing.
    """
    found = state_findings(run)
    for index, stage in enumerate(run.stages):
        found += training_findings(stage)
        found += score_findings(stage, run.stages[:index])
        found += label_findings(stage)
        found += log_findings(stage)
    found += control_findings(run, control)
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))
