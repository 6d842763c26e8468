"""Pseudo-labels class by class, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LabelRow:
    """Pseudo-labels of a class.

    Args:
        name: The class.
        predicted: Pixels that were predicted as it.
        labelled: Pixels that are labelled as it.
        kept_share: Share kept of those predicted, in [0, 1]; None where there is none.
        share: Its share of all labelled pixels, in [0, 1].
        threshold: Least confidence that is kept; None where the rule has none.
        weights: Mean weight per pixel in training, by objective and head.
    """

    name: str
    predicted: int
    labelled: int
    kept_share: float | None
    share: float
    threshold: float | None
    weights: Mapping[str, float]


def label_rows(report: Mapping[str, Any]) -> list[LabelRow]:
    """Return a row for each class.

    Args:
        report: Content of ``pseudo_labels.json``.
    """
    per_class = report["per_class"]
    total = sum(counts["labelled"] for counts in per_class.values()) or 1
    thresholds = report.get("thresholds")
    if not isinstance(thresholds, Mapping):  # one for all classes, or none
        thresholds = dict.fromkeys(map(str, range(len(per_class))), thresholds)
    measured = (report.get("weights") or {}).get("by_objective") or {}
    by_name = {
        f"{objective}, {head}": numbers.get("per_class") or {}
        for objective, by_head in measured.items()
        for head, numbers in by_head.items()
    }
    return [
        LabelRow(
            name=name,
            predicted=counts["predicted"],
            labelled=counts["labelled"],
            kept_share=counts["kept_share"],
            share=counts["labelled"] / total,
            threshold=thresholds.get(str(index)),
            weights={
                of: known[name]["mean"]
                for of, known in by_name.items()
                if name in known
            },
        )
        for index, (name, counts) in enumerate(per_class.items())
    ]
