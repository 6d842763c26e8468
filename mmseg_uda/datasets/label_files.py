"""Reading of label files, in every format the data sets come in."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from .image_headers import check_checksums
from .label_maps import OUTSIDE, known_ids

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_label_ids(path: str | Path) -> np.ndarray:
    """Read the raw ids of a label file.

    The file says itself how it is coded: palette PNG (GTA5), the index; 16-bit colour
    PNG (SYNTHIA), the first (R) channel; one channel (Cityscapes' labelIds,
    pseudo-labels), the value; 8-bit colour with three equal channels, their value.

    Args:
        path: Label image.

    Returns:
        Ids of shape (H, W), an unsigned integer type.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is unreadable, truncated, or holds colours instead of ids.
    """
    data = Path(path).read_bytes()
    try:
        # Pillow shrinks 16-bit colour to its high byte, and every id of SYNTHIA to 0.
        ids = _read_first_channel(data) if _is_deep_colour(data) else _read_index(data)
    except (OSError, SyntaxError, UnidentifiedImageError) as error:
        raise ValueError(
            f"cannot read the label {path}: {error}. The file is truncated or no "
            "image: fetch it again"
        ) from error
    if ids is None:
        raise ValueError(
            f"the label {path} holds colours, not class ids: expected a palette or "
            "one-channel image (or SYNTHIA's 16-bit GT/LABELS, not GT/COLOR)"
        )
    return ids


def map_label_ids(ids: np.ndarray, lut: np.ndarray, path: str | Path) -> np.ndarray:
    """Translate raw ids by a table of :mod:`.label_maps`.

    Args:
        ids: Raw ids (H, W).
        lut: Table (V,), int16.
        path: File the ids come from, for the message.

    Returns:
        Class indices (H, W), uint8, 255 = ignore.

    Raises:
        ValueError: If a raw id is not in the table.
    """
    inside = ids.dtype == np.uint8 or ids.max(initial=0) < len(lut)
    mapped = np.take(lut, ids) if inside else None
    if mapped is None or mapped.min(initial=0) == OUTSIDE:
        values = np.unique(ids)
        known = np.flatnonzero(lut != OUTSIDE)
        unknown = values[~np.isin(values, known)]
        shown = ", ".join(map(str, unknown[:10])) + (", ..." * (len(unknown) > 10))
        raise ValueError(
            f"label value(s) {shown} in {path} are outside of the label map (known: "
            f"{known_ids(lut)}). Is this the right data set class and folder, and for "
            "own data the right label_map?"
        )
    return mapped.astype(np.uint8)


def _is_deep_colour(data: bytes) -> bool:
    """Whether a file is a PNG with 16 bits per sample and a colour or alpha channel."""
    # Byte 24 of a PNG is the bit depth, byte 25 the colour type (0 is grey).
    return data.startswith(_PNG_SIGNATURE) and data[24:25] == b"\x10" and data[25] != 0


def _read_first_channel(data: bytes) -> np.ndarray:
    # Older OpenCV fills what is missing of a truncated file with zeros, silently.
    if b"IEND" not in data:
        raise OSError("the PNG has no end")
    check_checksums(data)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise OSError("the PNG cannot be decoded")
    return image[..., 2]  # OpenCV's order is B, G, R


def _read_index(data: bytes) -> np.ndarray | None:
    with Image.open(io.BytesIO(data)) as image:
        values = np.asarray(image)
    if values.ndim == 2:
        return values.astype(np.uint8) if values.dtype == bool else values
    first = values[..., 0]
    same = all(np.array_equal(first, values[..., c]) for c in range(1, 3))
    return first if values.shape[2] >= 3 and same else None
