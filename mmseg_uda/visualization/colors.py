"""From numbers to colours."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

IGNORE_INDEX = 255


def colorize_labels(labels: np.ndarray, palette: Sequence) -> np.ndarray:
    """Colour a label map.

    Args:
        labels: (H, W) integers; ids outside the palette (255 = ignore) become black.
        palette: RGB triples by class id.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    table = np.zeros((256, 3), np.uint8)
    table[: len(palette)] = np.asarray(palette, np.uint8)
    return table[labels.astype(np.uint8)]


def heat_map(
    values: np.ndarray, low: float | None = None, high: float | None = None
) -> np.ndarray:
    """Colour a map of numbers, dark for low and bright for high.

    Args:
        values: (H, W) floats.
        low: Value of the darkest colour; the minimum if None.
        high: Value of the brightest colour; the maximum if None.

    Returns:
        (H, W, 3) uint8, RGB, in matplotlib's inferno colours.
    """
    low = float(values.min()) if low is None else low
    high = float(values.max()) if high is None else high
    scaled = (values - low) / max(high - low, 1e-12)
    grey = (scaled.clip(0, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(
        cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB
    )
