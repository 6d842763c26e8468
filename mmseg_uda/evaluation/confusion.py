"""Confusion matrices and the areas that IoU is computed from."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor


def confusion_matrix(
    pred_label: Tensor, label: Tensor, num_classes: int, ignore_index: int
) -> np.ndarray:
    """Count the pixels of each pair of label and prediction.

    Args:
        pred_label: Predicted class ids, (H, W), integer.
        label: Labelled class ids, (H, W), integer.
        num_classes: Number of classes K.
        ignore_index: Label value of pixels that do not count.

    Returns:
        Pixel counts (K, K), int32; row: label, column: prediction.

    Raises:
        ValueError: If a counted label or its prediction is not in 0..K-1.
    """
    counted = label != ignore_index
    pairs = {"label": label[counted].long(), "prediction": pred_label[counted].long()}
    for name, ids in pairs.items():
        outside = ids[(ids < 0) | (ids >= num_classes)]
        if outside.numel():
            raise ValueError(
                f"the {name} has values {outside.unique().tolist()[:8]}, but the "
                f"validation set has the classes 0..{num_classes - 1} "
                f"(and {ignore_index} for ignored pixels)"
            )
    index = pairs["label"] * num_classes + pairs["prediction"]
    counts = torch.bincount(index, minlength=num_classes**2)
    # One matrix per image is kept until the end of the set: int32 halves that.
    return counts.reshape(num_classes, num_classes).cpu().numpy().astype(np.int32)


def confusion_areas(
    confusion: np.ndarray, scored: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the areas of intersection, union, prediction and label per class.

    Args:
        confusion: Pixel counts (K, K); row: label, column: prediction.
        scored: Ids of the classes whose labels count. Rows of the others are
            dropped, and their areas are zero, whatever was predicted.

    Returns:
        Four tensors (K,), float64 (exact up to 2**53 pixels).
    """
    counted = np.zeros_like(confusion)
    counted[scored] = confusion[scored]
    label = counted.sum(1)
    prediction = np.zeros_like(label)
    prediction[scored] = counted.sum(0)[scored]
    intersect = np.diag(counted)
    areas = (intersect, label + prediction - intersect, prediction, label)
    return tuple(torch.from_numpy(area.astype(np.float64)) for area in areas)


def never_predicted(
    confusion: np.ndarray, classes: Sequence[str], scored: Sequence[int]
) -> list[str]:
    """Name the classes that have labels, but that no counted pixel is predicted as.

    Args:
        confusion: Pixel counts (K, K); row: label, column: prediction.
        classes: Class names, K.
        scored: Ids of the classes whose labels count.
    """
    labelled, predicted = confusion.sum(1), confusion.sum(0)
    return [classes[c] for c in scored if labelled[c] and not predicted[c]]


def restricted_prediction(sample: Mapping, class_ids: Sequence[int]) -> Tensor:
    """Predict again, by argmax over some classes' logits only.

    Args:
        sample: Evaluated sample as a dict, with ``pred_sem_seg`` and ``seg_logits``
            (K, H, W).
        class_ids: Allowed class ids.

    Returns:
        Class ids (1, H, W).

    Raises:
        ValueError: If the sample has no logits, or logits that do not give its own
            prediction (so after mmseg's test-time augmentation).
    """
    if "seg_logits" not in sample:
        raise ValueError("restrict_argmax=True needs seg_logits, which it has not")
    logits = sample["seg_logits"]["data"]
    prediction = sample["pred_sem_seg"]["data"]
    if not torch.equal(
        logits.argmax(0, keepdim=True), prediction.reshape(1, *logits.shape[1:])
    ):
        raise ValueError(
            "its seg_logits do not give its prediction, as after test-time "
            "augmentation; use restrict_argmax=False there"
        )
    allowed = torch.as_tensor(class_ids, device=logits.device)
    return allowed[logits[allowed].argmax(0, keepdim=True)]
