"""Small pictures of patches."""

from collections.abc import Sequence

import numpy as np

_LARGEST = (36, 64)


def thumbnails(
    labels: np.ndarray, grid: tuple[int, int], chosen: Sequence[np.ndarray]
) -> np.ndarray:
    """Return patches of a label map, large ones thinned out.

    Args:
        labels: (H, W) uint8.
        grid: Number of patches (I, J).
        chosen: Rows and columns of the patches in the grid, two times (P,).

    Returns:
        (P, h, w) uint8, 36x64 pixels at most.
    """
    rows = _pixels(labels.shape[0], grid[0], _LARGEST[0])[chosen[0]]
    columns = _pixels(labels.shape[1], grid[1], _LARGEST[1])[chosen[1]]
    return labels[rows[:, :, None], columns[:, None, :]]


def _pixels(length: int, patches: int, largest: int) -> np.ndarray:
    """Return the pixels (n, count) to show of n patches along an axis."""
    count = min(largest, max(1, length // patches))
    centres = np.arange(patches)[:, None] + (np.arange(count) + 0.5) / count
    return (centres * length / patches).astype(int)
