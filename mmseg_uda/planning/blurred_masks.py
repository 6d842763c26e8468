"""Masks whose borders were blurred."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmseg_uda.datasets.image_headers import read_header
from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.utils.evenly_spaced import evenly_spaced

_LOOKED_AT = 8
_DARK, _BRIGHT = 40, 215
_MOST = 0.9  # of the pixels are dark or bright
_VALUES = 6  # more than so many are no classes
_GRAY = 40  # by which the colours of a gray that was saved as JPEG may differ


def are_blurred_masks(files: Sequence[Path]) -> bool:
    """Whether label images are black and white, but for what lies between.

    Args:
        files: Label images, of which some are looked at.
    """
    counts = np.zeros(256, np.int64)
    for index in evenly_spaced(len(files), _LOOKED_AT):
        pixels = _pixels(files[index])
        if pixels is None:
            return False
        counts += np.bincount(pixels.ravel(), minlength=256)
    dark, bright = counts[: _DARK + 1].sum(), counts[_BRIGHT:].sum()
    values = np.count_nonzero(counts)
    return bool(
        values > _VALUES and dark and bright and dark + bright >= _MOST * counts.sum()
    )


def _pixels(path: Path) -> np.ndarray | None:
    """Return the gray values of a file; None: it has colours, or more than 8 bits."""
    declared = read_header(path)
    if declared.bits > 8 or declared.number != "unsigned" or declared.colour == "bands":
        return None
    pixels = ImageReader().read(path).astype(np.int16)
    if (pixels.max(2) - pixels.min(2)).max() > _GRAY:
        return None
    return pixels.mean(2).round().astype(np.int64)
