"""What a rule kept, per image and over the set."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .selection_rule import DROPPED


def image_counts(probs: Tensor, labels: Tensor) -> dict[str, list[int]]:
    """Count one image's pixels by class.

    Args:
        probs: Class probabilities (K, H, W).
        labels: Labels that the rule gave, (H, W), uint8, 255 = dropped.

    Returns:
        ``predicted``: pixels whose most probable class is c. ``kept``: those of them
        that have a label. ``labelled``: pixels with label c (differs from ``kept``
        only for a rule that reweights classes). Lists of K counts.
    """
    num_classes = probs.shape[0]
    predicted = probs.argmax(0)
    has_label = labels != DROPPED

    def count(ids: Tensor) -> list[int]:
        return torch.bincount(ids.flatten().long(), minlength=num_classes).tolist()

    return {
        "predicted": count(predicted),
        "kept": count(predicted[has_label]),
        "labelled": count(labels[has_label]),
    }


def summarise(records: Sequence[dict], classes: Sequence[str] | None) -> dict:
    """Sum the records of all images into the report's statistics.

    Args:
        records: What :func:`image_counts` returned, per image.
        classes: Class names, or None if they are not known.

    Returns:
        ``num_images``, ``num_pixels``, ``kept_share`` (of all pixels), ``classes`` as
        given, and ``per_class``: by name (else by id as text) the pixels
        ``predicted``, ``kept`` and ``labelled``, and ``kept_share`` (kept / predicted,
        None if nothing was predicted). Shares are in [0, 1].
    """
    sums = {
        key: [sum(column) for column in zip(*(r[key] for r in records), strict=True)]
        for key in ("predicted", "kept", "labelled")
    }
    num_pixels = sum(sums["predicted"])
    names = classes or [str(index) for index in range(len(sums["predicted"]))]
    per_class = {
        name: {
            "predicted": predicted,
            "kept": kept,
            "kept_share": kept / predicted if predicted else None,
            "labelled": labelled,
        }
        for name, predicted, kept, labelled in zip(names, *sums.values(), strict=True)
    }
    return {
        "num_images": len(records),
        "num_pixels": num_pixels,
        "kept_share": sum(sums["kept"]) / num_pixels,
        "classes": list(classes) if classes else None,
        "per_class": per_class,
    }
