"""Label maps without gaps."""

import cv2
import numpy as np

_IGNORE = 255


def fill_ignored(labels: np.ndarray) -> np.ndarray:
    """Give every ignored pixel the label of the nearest pixel that has one.

    Args:
        labels: (H, W) uint8, 255 = ignore.

    Returns:
        (H, W) uint8; all 0 where no pixel has a label.
    """
    ignored = labels == _IGNORE
    if not ignored.any():
        return labels
    if ignored.all():
        return np.zeros_like(labels)
    _, nearest = cv2.distanceTransformWithLabels(
        ignored.astype(np.uint8),
        cv2.DIST_L2,
        cv2.DIST_MASK_5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    # OpenCV numbers the pixels that have a label from 1 on; which one is which is
    # read off at these pixels, to which they themselves are the nearest
    table = np.zeros(nearest.max() + 1, np.uint8)
    table[nearest[~ignored]] = labels[~ignored]
    return table[nearest]
