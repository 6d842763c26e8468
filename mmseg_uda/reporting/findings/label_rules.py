"""Findings in the pseudo-labels that a stage has made."""

from collections.abc import Mapping
from typing import Any

from mmseg_uda.pseudo_labels.outcome import outcome_warnings
from mmseg_uda.utils.percent import percent

from ..stage_record import StageRecord
from .finding import CAUTION, PROBLEM, Finding

_RARE = 1e-3  # share of all labelled pixels
_KEPT = 0.1  # share of what was predicted as a class


def label_findings(stage: StageRecord) -> list[Finding]:
    """Look at the pseudo-labels of a stage, if it has made any."""
    report = stage.labels
    if report is None:
        return []
    name = stage.name
    if not report["kept_share"]:
        text = "No pixel is kept, so nothing is learned from the pseudo-labels."
        remedy = f"Ease the rule and run it again: --restart-from {name}."
        return [Finding("nothing kept", PROBLEM, name, text, remedy)]
    told = outcome_warnings(report, stage.folder)
    found = [Finding("pseudo-labels", CAUTION, name, _sentence(t)) for t in told]
    few = _few(report["per_class"])
    if few:
        each = ", ".join(f"{of} ({percent(share)})" for of, share in few.items())
        text = f"Less than {100 * _RARE:g} % of the labelled pixels each: {each}."
        remedy = (
            f"{_other_rule(report)}Weight rare classes in the training before "
            "(class_balance), or train it for longer, so that more of them is found."
        )
        found.append(Finding("few pseudo-labels", CAUTION, name, text, remedy))
    dropped = [
        of
        for of, c in report["per_class"].items()
        if c["predicted"] and c["labelled"] and c["kept_share"] < _KEPT
    ]
    if dropped:
        text = f"Less than {100 * _KEPT:g} % of what was predicted is kept of: "
        remedy = f"{_other_rule(report)}Ease the rule for them."
        text += f"{', '.join(dropped)}."
        found.append(Finding("mostly dropped", CAUTION, name, text, remedy))
    return found


def _few(per_class: Mapping[str, Any]) -> dict[str, float]:
    """Return classes with few labels, and their share; not those without any."""
    total = sum(counts["labelled"] for counts in per_class.values())
    shares = {n: c["labelled"] / total for n, c in per_class.items() if total}
    return {name: share for name, share in shares.items() if 0 < share < _RARE}


def _other_rule(report: Mapping[str, Any]) -> str:
    """Name the rule that keeps a share of each class, if one threshold is of all."""
    if not isinstance(report.get("thresholds"), float):
        return ""
    return "Choose the same share of every class (rule ClassBalanced). "


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
