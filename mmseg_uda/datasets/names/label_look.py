"""Whether an image file looks like a label map rather than a photograph."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from ..reading import tiff

_MOST_BANDS = 4  # more are no colours with alpha
_SIDE = 128  # pixels a side that are looked at
_SMALL = 256 * 256  # pixels; of larger files the number of bytes tells a photograph
_PHOTOGRAPH = 0.3  # bytes a pixel in a file, more than label maps are compressed to
_FEW = 8  # values: a label map, however they lie
_SOME = 64  # values: a label map if they lie in patches
_PATCHY = 0.7  # share of pixels, those of a background apart, like their neighbour
_TWO = 0.9  # share of the two most frequent values in a mask with blurred borders
_APART = 64  # grey levels between these two


@dataclass(frozen=True)
class Look:
    """What a file looks like.

    Attributes:
        is_label: Whether it looks like a label map.
        is_gray: Whether it has one channel (a palette's index counts as one).
    """

    is_label: bool
    is_gray: bool


def look_at(path: str | Path) -> Look:
    """Look at a file: its header, and at some pixels if that does not settle it.

    A label map has few values, in patches; a photograph, gray ones and those of
    thermal cameras too, has noise.

    Raises:
        OSError: If it is no image.
    """
    with open(path, "rb") as file:
        if tiff.is_tiff(file.read(4)):
            return _look_at_tiff(file)
    with Image.open(path) as image:
        is_gray = len(image.getbands()) == 1
        num = image.width * image.height
        compressed = image.format in ("PNG", "JPEG", "WEBP")
        if image.format == "JPEG" and not is_gray:
            return Look(False, False)
        if (
            compressed
            and num > _SMALL
            and Path(path).stat().st_size > _PHOTOGRAPH * num
        ):
            return Look(False, is_gray)
        pixels = np.asarray(image)
        lossy = image.format == "JPEG"
    return Look(_is_label(_one_number(pixels), lossy), is_gray)


def _look_at_tiff(file: BinaryIO) -> Look:
    pixels, told, _ = tiff.read(file)  # Pillow knows not all of them, and says so
    if told["bands"] > _MOST_BANDS or told["number"] == "complex":
        return Look(False, False)
    is_gray = told["bands"] - told["alpha"] == 1
    return Look(_is_label(_one_number(pixels), bool(told["lossy"])), is_gray)


def _one_number(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W), one number for each colour."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        values = pixels.reshape(pixels.shape[:2])
        is_whole = values.dtype.kind not in "fc"
        return values.astype(np.int64) if is_whole else np.nan_to_num(values)
    colour = np.zeros(pixels.shape[:2], dtype=np.int64)
    for channel in range(min(pixels.shape[2], 3)):
        colour = colour * 65536 + pixels[..., channel]
    return colour


def _is_label(values: np.ndarray, lossy: bool) -> bool:
    rows = values[:: max(1, len(values) // _SIDE)]
    some = rows[:, :: max(1, rows.shape[1] // _SIDE)]
    found, counts = np.unique(some, return_counts=True)
    if len(found) > 1:
        first, second = np.argsort(counts)[-2:]
        apart = abs(float(found[first]) - float(found[second])) >= _APART
        if apart and counts[first] + counts[second] >= _TWO * some.size:
            return True
    if lossy or len(found) > _SOME:
        return False
    if len(found) <= _FEW:
        return True
    left, right = rows[:, :-1], rows[:, 1:]
    # a dark background is in patches, too: of cells under a microscope, of stars
    counted = left != found[np.argmax(counts)]
    return (left == right)[counted].mean() >= _PATCHY
