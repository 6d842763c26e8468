"""The colours that a label file stores, as one number each."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from .declared import Declared, declare
from .label_errors import label_errors
from .label_numbers import check_stored, stored_bands
from .orientation import turn

#: What a transparent pixel is.
NO_COLOR = -1


def label_colors(path: str | Path, orientation: str = "shown") -> np.ndarray:
    """Return the colours (H, W) of a label file, ``r << 16 | g << 8 | b``.

    A gray has three equal parts; of a palette the colours count. A fully transparent
    pixel is :data:`NO_COLOR`.

    Args:
        path: Label image.
        orientation: See :class:`.ImageReader`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, compressed with losses, or holds no colours.
    """
    data = Path(path).read_bytes()
    with label_errors(path, data):
        declared = declare(io.BytesIO(data))
        if declared.colour == "palette":
            check_stored(declared, path)
            bands = _of_palette(data)
            alpha = bands.shape[2] == 4
        else:
            bands, declared = stored_bands(data, path)
            alpha = declared.alpha
    colors = _packed(bands, alpha, declared, path)
    return turn(colors, declared.orientation) if orientation == "shown" else colors


def _of_palette(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        seen = "RGBA" if "transparency" in image.info else "RGB"
        return np.asarray(image.convert(seen))


def _packed(
    bands: np.ndarray, alpha: bool, declared: Declared, path: str | Path
) -> np.ndarray:
    told = bands.shape[2] - alpha
    if told not in (1, 3):
        raise ValueError(
            f"the label {path} holds {told} bands, not colours: expected RGB, gray or "
            "a palette"
        )
    parts = _eight_bits(bands, declared, path).astype(np.int64)
    red, green, blue = (parts[..., c if told == 3 else 0] for c in range(3))
    colors = red << 16 | green << 8 | blue
    if alpha:
        colors[parts[..., -1] == 0] = NO_COLOR
    return colors


def _eight_bits(bands: np.ndarray, declared: Declared, path: str | Path) -> np.ndarray:
    """Return numbers in 0 to 255; those of 16 bits may be widened ones of 8."""
    if bands.dtype == np.uint8:
        if declared.colour not in ("gray", "inverted gray"):
            return bands
        wide = bands * np.uint8(255 // (2**declared.bits - 1))  # black to white
        return 255 - wide if declared.colour == "inverted gray" else wide
    if bands.dtype == np.uint16 and not (bands % 257).any():
        return bands // 257
    raise ValueError(
        f"the label {path} stores {declared.bits}-bit {declared.number} numbers, which "
        "are no colours of 8 bits"
    )
