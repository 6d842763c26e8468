"""Turning of pixels as the orientation tag of their file says."""

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
ORIENTATION_TAG = 274
#: How images may be read: turned as every viewer shows them, or as they are stored.
ORIENTATIONS = ("shown", "stored")


def exif_orientation(exif: bytes | None) -> int:
    """Return the orientation of an EXIF block: 1 to 8, 1 if it gives none."""
    if not exif:
        return 1
    tags = Image.Exif()
    try:
        tags.load(exif)
        return valid_orientation(tags.get(ORIENTATION_TAG))
    except (SyntaxError, ValueError, OSError, UnidentifiedImageError, KeyError):
        return 1  # damaged tags, which viewers ignore too


def valid_orientation(tag: object) -> int:
    """Return a tag that is 1 to 8; anything else means "as stored", as in viewers."""
    return tag if isinstance(tag, int) and 1 <= tag <= 8 else 1


def swaps_sides(orientation: int) -> bool:
    """Whether an orientation turns by a quarter."""
    return orientation >= 5


def turn(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return pixels (H, W, ...) as their orientation shows them.

    Orientation 2 mirrors, 3 turns by half, 4 mirrors and turns by half, 5 to 8 are the
    same four with rows and columns swapped (EXIF 2.32, tag 274; TIFF 6.0, page 36).
    """
    if swaps_sides(orientation):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def png_exif(file: io.BufferedIOBase) -> bytes | None:
    """Return the EXIF block of a PNG.

    Pillow decodes the whole image to find one behind the pixels; here chunks are
    skipped, and those behind the pixels are walked only where the end holds one.
    """
    file.seek(len(PNG_SIGNATURE))
    behind_pixels = False
    while len(head := file.read(8)) == 8:
        size, name = int.from_bytes(head[:4], "big"), head[4:]
        if name == b"eXIf":
            return file.read(size)
        if name == b"IEND":
            return None
        if name == b"IDAT" and not behind_pixels:
            behind_pixels = True
            here = file.tell()
            if b"eXIf" not in _end_of(file):
                return None
            file.seek(here)
        file.seek(size + 4, io.SEEK_CUR)
    return None


def _end_of(file: io.BufferedIOBase) -> bytes:
    """Return the last 16 KiB: a block of tags, even with a small preview."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 2**14))
    return file.read(2**14)
