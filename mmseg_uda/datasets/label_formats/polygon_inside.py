"""Which pixels a polygon covers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def polygon_inside(
    points: Sequence[tuple[float, float]], height: int, width: int
) -> np.ndarray:
    """Return the pixels whose centres lie inside a polygon, (H, W) bool.

    Coordinates are continuous: the image begins at 0, its first pixel's centre is at
    0.5. What the border encloses twice is outside.

    Args:
        points: x and y of each corner.
        height: Height of the image.
        width: Its width.
    """
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    crossed = np.zeros((height, width + 1), np.int64)
    centres = np.arange(height) + 0.5
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        rows = np.flatnonzero((min(y0, y1) <= centres) & (centres < max(y0, y1)))
        at = x0 + (centres[rows] - y0) * (x1 - x0) / (y1 - y0)
        first = np.ceil(at - 0.5).clip(0, width).astype(int)  # centre right of it
        np.add.at(crossed, (rows, first), 1)
    return crossed.cumsum(axis=1)[:, :width] % 2 == 1
