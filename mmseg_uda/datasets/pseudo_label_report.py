"""What the summary of pseudo-labels says of them as something to learn from."""

from collections.abc import Mapping
from typing import Any


def few_classes(report: Mapping[str, Any]) -> str:
    """Say that fewer than two classes are left, so that nothing tells them apart.

    Args:
        report: Content of ``pseudo_labels.json``.

    Returns:
        A message, empty where two are left, or the classes are not known.
    """
    counts = report.get("per_class") or {}
    left = [name for name, c in counts.items() if c["labelled"]]
    if len(left) >= 2 or len(counts) < 2:
        return ""
    return (
        f"of {len(counts)} classes {left[0] if left else 'none'}"
        f"{' alone' if left else ''} is left in the labels of {report['num_images']} "
        "images: who learns from them predicts that everywhere"
    )
