"""Images that two domains share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from mmseg_uda.utils.evenly_spaced import evenly_spaced

_SIDE = 8
_MOST = 500  # images of a domain that are compared
_NEAR = 4  # bits of 64 in which a picture that was saved again may differ
_FINE = 32  # side of the thumbnails that decide
_ALIKE = 0.97  # correlation of two thumbnails of one picture


def near_duplicates(
    first: Sequence[str], second: Sequence[str]
) -> list[tuple[str, str]]:
    """Return pairs of images that look the same, one of each domain.

    The signs of differences of neighbouring pixels in a small thumbnail propose pairs,
    larger thumbnails decide.

    Args:
        first: Image files of one domain, of which up to 500 are looked at.
        second: Those of another one.
    """
    ours, theirs = _thumbnails(first), _thumbnails(second)
    pairs = []
    for path, (bits, fine) in ours.items():
        for other, (others, other_fine) in theirs.items():
            near = (bits ^ others).sum() <= _NEAR
            if near and float((fine * other_fine).mean()) >= _ALIKE:
                pairs.append((path, other))
                break
    return pairs


def _thumbnails(paths: Sequence[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    found = {}
    for index in evenly_spaced(len(paths), _MOST):
        thumbnail = _thumbnail(paths[index])
        if thumbnail is not None:
            found[paths[index]] = thumbnail
    return found


def _thumbnail(path: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return signs of differences, and standardised pixels; None: it is flat."""
    try:
        with Image.open(path) as image:
            image.draft("L", (2 * _FINE, 2 * _FINE))  # a JPEG is decoded small
            gray = image.convert("L")
    except (OSError, ValueError):  # Pillow does not read all that we do
        return None
    small, fine = (
        np.asarray(gray.resize(size, Image.Resampling.BOX), dtype=np.float64)
        for size in ((_SIDE + 1, _SIDE), (_FINE, _FINE))
    )
    if fine.std() < 1:
        return None
    return (small[:, 1:] > small[:, :-1]).ravel(), (fine - fine.mean()) / fine.std()
