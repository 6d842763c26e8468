"""Which classes a mean is over, where some do not occur."""

from collections.abc import Mapping, Sequence
from typing import Any

_IOU = "IoU."


def over_classes(metrics: Mapping[str, Any]) -> str:
    """Return ``"over 1 of 2 classes: 'lake' occurs neither ..."`` for metrics.

    Args:
        metrics: As :class:`UDAIoUMetric` gives them, or as they stand in a
            ``result.json``: the IoU of a class that does not occur is nan or None.

    Returns:
        What to say behind the mIoU; ``""`` if every class has an IoU.
    """
    iou = {k.removeprefix(_IOU): v for k, v in metrics.items() if k.startswith(_IOU)}
    return told([name for name, value in iou.items() if is_missing(value)], len(iou))


def told(absent: Sequence[str], num_classes: int) -> str:
    """Say that a mean is over fewer classes than there are, and which are missing.

    Args:
        absent: Classes without an IoU.
        num_classes: How many the mean is meant to be over.
    """
    if not absent:
        return ""
    names = ", ".join(f"'{name}'" for name in absent)
    occur = "occurs" if len(absent) == 1 else "occur"
    return (
        f"over {num_classes - len(absent)} of {num_classes} classes: {names} {occur} "
        "neither in labels nor in predictions"
    )


def is_missing(value: Any) -> bool:
    """Whether a metric is nan, or the None that stands for it in JSON."""
    return value is None or value != value
