"""TIFF files: what they declare, and the numbers they store.

Pillow and OpenCV read the common ones alone, and change numbers on the way: signs,
narrow and wide samples, inverted grays, and colours under an alpha band.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from . import losses
from .orientation import ORIENTATION_TAG, valid_orientation

_GDAL_NODATA = 42113  # tag, as GDAL writes it
_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NUMBERS = {1: "unsigned", 2: "signed", 3: "float", 4: "unsigned"}
_COLOURS = {0: "inverted gray", 1: "gray", 2: "RGB", 3: "palette"}
_YCBCR, _JPEG = 6, 7
_SEPARATE = 2  # PlanarConfiguration: bands one after the other
_HEAD = 1 << 16  # bytes of a tile that are looked at
_ALPHA = (1, 2)  # ExtraSamples: with colours multiplied, and without
#: Compression that alters numbers: the kinds of JPEG.
_LOSSY = {6: "JPEG", 7: "JPEG", 34892: "JPEG"}
#: Compression that may do so, as its own head says.
_OFTEN_LOSSY = {
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34712: "JPEG 2000",
    34887: "LERC",
    34927: "WebP",
    50001: "WebP",
}


def is_tiff(head: bytes) -> bool:
    """Whether the first bytes are those of a TIFF, classic or big."""
    return head[:4] in _MARKS


def declared(file: BinaryIO) -> dict[str, Any]:
    """Return the fields of :class:`.declared.Declared` for a TIFF.

    Raises:
        OSError: If it is damaged, or its pixels are not all there.
    """
    with _damage_said(), _opened(file) as tif:
        return _declared(tif)


def read(file: BinaryIO) -> tuple[np.ndarray, dict[str, Any], np.ndarray | None]:
    """Return the numbers of a TIFF's first page as they are stored.

    Returns:
        (H, W, bands) of the stored type, what it declares, and the colours (V, 3)
        uint8, RGB, of a palette.

    Raises:
        OSError: As :func:`declared`.
    """
    with _damage_said(), _opened(file) as tif:
        told, page = _declared(tif), tif.pages[0]
        pixels, colours = page.asarray(), page.colormap
        in_planes = int(page.planarconfig) == _SEPARATE
    shape = (told["height"], told["width"], told["bands"])
    if in_planes and pixels.shape == (shape[2], *shape[:2]):
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.size != np.prod(shape):
        raise OSError(f"its pixels have the shape {pixels.shape}, not {shape}")
    pixels = pixels.reshape(shape)
    pixels = pixels.astype(np.uint8) if pixels.dtype == bool else pixels
    return pixels, told, None if colours is None else (colours.T >> 8).astype(np.uint8)


@contextmanager
def _damage_said() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # parser and codecs fail in ways of their own
        raise OSError(f"it cannot be decoded ({error})") from error


def _opened(file: BinaryIO) -> Any:
    import tifffile  # not needed by everybody, and slow to import

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    file.seek(0)
    tif = tifffile.TiffFile(file)
    if not tif.pages:
        raise OSError("it holds no image")
    return tif


def _declared(tif: Any) -> dict[str, Any]:
    page = tif.pages[0]
    _check_whole(page, tif.filehandle.size)
    bands = int(page.samplesperpixel)
    extra = tuple(int(kind) for kind in page.extrasamples)
    photometric = -1 if page.photometric is None else int(page.photometric)
    colour = _COLOURS.get(photometric, "other")
    if (photometric, int(page.compression)) == (_YCBCR, _JPEG):
        colour = "RGB"  # the codec converts
    bits = np.atleast_1d(page.bitspersample)
    if bits.min() != bits.max():
        colour = "other"
    alpha = bool(extra) and extra[-1] in _ALPHA
    if bands - alpha != {"RGB": 3, "other": bands - alpha}.get(colour, 1):
        colour = "bands"
    tag = page.tags.get(ORIENTATION_TAG)
    return {
        "width": int(page.imagewidth),
        "height": int(page.imagelength),
        "orientation": valid_orientation(tag and int(tag.value)),
        "bits": int(bits.max()),
        "number": _NUMBERS.get(int(page.sampleformat), "complex"),
        "bands": bands,
        "colour": colour,
        "alpha": alpha,
        "pages": _same_sized(tif),
        "lossy": _alters(page, tif.filehandle),
    }


def _alters(page: Any, file: Any) -> str:
    """Return the name of the compression if it alters numbers, else ``""``."""
    kind = int(page.compression)
    if kind in _OFTEN_LOSSY:
        file.seek(page.dataoffsets[0])
        code = file.read(min(page.databytecounts[0], _HEAD))
        return _OFTEN_LOSSY[kind] if losses.alters(code) else ""
    return _LOSSY.get(kind, "")


def _same_sized(tif: Any) -> int:
    """Count the pages like the first: previews and overviews are smaller."""
    first = tif.pages[0]
    size = (first.imagelength, first.imagewidth)
    pages = [tif.pages.get(i) for i in range(len(tif.pages))]
    return sum(
        (page.imagelength, page.imagewidth) == size and not int(page.subfiletype) & 5
        for page in pages
    )


def _check_whole(page: Any, size: int) -> None:
    ends = [
        offset + count
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False)
    ]
    if not ends or max(ends) > size:
        raise OSError("its pixels are not all there")


def read_bytes(data: bytes) -> tuple[np.ndarray, dict[str, Any], np.ndarray | None]:
    """Do what :func:`read` does, with a file in memory."""
    return read(io.BytesIO(data))


def nodata_of(path: str | Path) -> float | None:
    """Return the number that a GeoTIFF declares to be no data; None: it does not.

    Args:
        path: Any file; one that is no TIFF declares nothing.
    """
    with open(path, "rb") as file:
        if not is_tiff(file.read(4)):
            return None
        file.seek(0)
        with _opened(file) as tif:
            tag = tif.pages[0].tags.get(_GDAL_NODATA)
    try:
        return None if tag is None else float(str(tag.value).strip("\x00 "))
    except ValueError:
        return None
