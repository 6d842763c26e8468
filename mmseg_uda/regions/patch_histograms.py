"""Label histograms of patches."""

import numpy as np


def patch_histograms(
    labels: np.ndarray, grid: tuple[int, int], num_classes: int, cells: int = 1
) -> np.ndarray:
    """Return the share of each class in each cell of each patch.

    A patch is cut into ``cells`` x ``cells`` cells. Pixel y of H lies in row
    ``floor(y * n / H)`` of n rows of cells, so cells differ by at most a pixel.

    Args:
        labels: (H, W), 0..K-1 or 255 = ignore.
        grid: Number of patches (I, J).
        num_classes: K.
        cells: Cells along each side of a patch.

    Returns:
        (I, J, cells, cells, K) float32 in [0, 1]. The sum over K is the labelled share
        of the cell: ignored pixels are in no class, but in the area.

    Raises:
        ValueError: If the image has fewer pixels a side than the grid has cells.
    """
    rows, columns = grid[0] * cells, grid[1] * cells
    height, width = labels.shape
    if height < rows or width < columns:
        raise ValueError(
            f"labels of {height}x{width} pixels cannot be cut into {rows}x{columns} "
            "cells (height x width): use larger patches"
        )
    row = np.arange(height) * rows // height
    column = np.arange(width) * columns // width
    cell = row[:, None] * columns + column[None]
    # one more bin collects what is ignored
    bins = cell * (num_classes + 1) + np.minimum(labels, num_classes)
    counts = np.bincount(bins.ravel(), minlength=rows * columns * (num_classes + 1))
    counts = counts.reshape(grid[0], cells, grid[1], cells, num_classes + 1)
    shares = counts[..., :-1] / counts.sum(-1, keepdims=True)
    return shares.transpose(0, 2, 1, 3, 4).astype(np.float32)
