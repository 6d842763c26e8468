"""The numbers that a label file stores, as they are stored."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from . import jpeg2000, netpbm, tiff
from .checksums import check_checksums
from .declared import Declared, declare
from .orientation import turn

_NODATA = "label_format=dict(type='IndexLabels', nodata={})"
_MOST = 2**31  # floats beyond, and infinite ones, mark what has no label


def label_numbers(
    data: bytes,
    path: str | Path,
    orientation: str = "shown",
    band: int | None = None,
    nodata: float | None = None,
) -> np.ndarray:
    """Return the ids (H, W) of a label file.

    Args:
        data: The file's bytes.
        path: Its name, for messages.
        orientation: See :class:`.image_reader.ImageReader`.
        band: Number of the band that holds the ids, from 1; None: the only one.
        nodata: Number that is read as 255.

    Raises:
        OSError, SyntaxError: If it is damaged or no image.
        ValueError: If it holds anything but ids, or not as they were written.
    """
    bands, declared = stored_bands(data, path)
    if band is None:
        values = _one(bands, declared, path)
    elif band <= bands.shape[2]:
        values = bands[..., band - 1]
    else:
        raise ValueError(f"the label {path} has {bands.shape[2]} band(s), no {band}")
    ids = _whole(values if nodata is None else _without(nodata, values), path)
    return turn(ids, declared.orientation) if orientation == "shown" else ids


def stored_bands(data: bytes, path: str | Path) -> tuple[np.ndarray, Declared]:
    """Return the numbers (H, W, B) of a label file, and what it declares.

    Raises:
        OSError, SyntaxError: If it is damaged or no image.
        ValueError: If the numbers are not those that were written.
    """
    declared = declare(io.BytesIO(data))
    check_stored(declared, path)
    if declared.kind == "TIFF":
        bands, _, _ = tiff.read_bytes(data)
    elif declared.kind == "JPEG2000":
        bands = jpeg2000.read_bytes(data)
    elif _is_wide_png(declared):
        # Pillow shrinks 16-bit colour to its high byte, and every id of SYNTHIA to 0
        bands = _from_opencv(data, declared)
    elif declared.kind == "PPM":
        bands = netpbm.read_bytes(data)
    else:
        bands = _from_pillow(data, declared)
    return bands, declared


def check_stored(declared: Declared, path: str | Path) -> None:
    """Refuse a label that does not hold the numbers that were written, or several.

    Raises:
        ValueError: If it is compressed with losses, or has several pages.
    """
    if declared.lossy:
        raise ValueError(
            f"the label {path} is compressed as {declared.lossy} with losses, which "
            "alters ids, most of all at borders: export it as PNG. From an image that "
            "is clearly black and white, values can be restored by a threshold first"
        )
    if declared.pages > 1:
        raise ValueError(
            f"the label {path} holds {declared.pages} pages of one size, of which only "
            "the first would be seen: write one label a file"
        )


def _from_pillow(data: bytes, declared: Declared) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        values = np.asarray(image)
    if declared.kind == "PNG" and declared.colour == "gray" and 1 < declared.bits < 8:
        # Pillow stretches narrow grays to 0..255; the factor is whole
        values = values // (255 // (2**declared.bits - 1))
    if values.dtype == bool:
        values = values.astype(np.uint8)
    return values.reshape(*values.shape[:2], -1)


def _from_opencv(data: bytes, declared: Declared) -> np.ndarray:
    # Older OpenCV fills what is missing of a truncated file with zeros, silently.
    if data.startswith(b"\x89PNG") and b"IEND" not in data:
        raise OSError("the PNG has no end")
    check_checksums(data)
    # unchanged, OpenCV turns nothing; its order is B, G, R
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise OSError("it cannot be decoded")
    if image.ndim == 2:
        return image[..., None]
    if declared.bands == 2:
        return image[..., [0, 3]]  # gray was made three
    return image[..., [2, 1, 0, *range(3, image.shape[2])]]


def _is_wide_png(declared: Declared) -> bool:
    return declared.kind == "PNG" and declared.bits == 16 and declared.bands > 1


def _is_synthia(bands: np.ndarray) -> bool:
    """Whether the second band may number instances: colours have another blue.

    Colours of 8 bits that were widened have nothing but multiples of 257.
    """
    widened = bands.any() and not (bands % 257).any()
    return bands.shape[2] > 2 and not bands[..., 2].any() and not widened


def _one(bands: np.ndarray, declared: Declared, path: str | Path) -> np.ndarray:
    """Return the ids of one band, or of bands that say the same, as (H, W)."""
    first = bands[..., 0]
    if bands.shape[2] == 1 or (_is_wide_png(declared) and _is_synthia(bands)):
        return first
    told = bands.shape[2] - declared.alpha
    if all(np.array_equal(first, bands[..., c]) for c in range(1, told)):
        return first
    is_bands = declared.colour == "bands"
    what = f"{told} bands" if is_bands else "colours"
    advice = "IndexLabels', band=1)" if is_bands else "ColorLabels', colors={...})"
    raise ValueError(
        f"the label {path} holds {what}, not class ids: expected a palette or "
        "one-channel image (or SYNTHIA's 16-bit GT/LABELS, not GT/COLOR). A "
        f"LabelledFolder reads it with label_format=dict(type='{advice}"
    )


def _written(number: float) -> str:
    """Return a number as it stands in a config."""
    return f"{number}" if np.isfinite(number) else f"float('{number}')"


def _without(nodata: float, values: np.ndarray) -> np.ndarray:
    """Return the numbers with 255 in the place of one of them."""
    marked = np.isnan(values) if np.isnan(nodata) else values == nodata
    if not marked.any():
        return values
    wide = values.astype(np.result_type(values.dtype, np.uint8))
    wide[marked] = 255
    return wide


def _whole(ids: np.ndarray, path: str | Path) -> np.ndarray:
    """Return whole, non-negative ids as an integer type."""
    if ids.dtype.kind == "c":
        raise ValueError(f"the label {path} stores complex numbers, not class ids")
    if ids.dtype.kind == "f":
        broken = (ids != np.rint(ids)) | (np.abs(ids) > _MOST)
        if broken.any():
            some = ids[broken]
            several = len(np.unique(some)) > 1
            raise ValueError(
                f"the label {path} stores float numbers that are no ids, such as "
                f"{float(some[0]):g}: write whole numbers."
                + f" If it marks what has no label: {_NODATA.format(_written(some[0]))}"
                " of the data set" * (not several)
            )
        ids = ids.astype(np.int64)
    if ids.dtype.kind == "i" and ids.min(initial=0) < 0:
        negative = np.unique(ids[ids < 0])[:5]
        raise ValueError(
            f"the label {path} stores signed numbers, with negative value(s) "
            f"{', '.join(map(str, negative.tolist()))}: ids are 0 or more. If it "
            f"marks what has no label: {_NODATA.format(negative[0])} of the data set"
        )
    return ids
