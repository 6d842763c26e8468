"""Where on earth the pixels of a GeoTIFF lie, carried over to what is predicted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tifffile

# pixel scale, tie points, transformation; keys, and their numbers and texts
_TAGS = (33550, 33922, 34264, 34735, 34736, 34737)
_PLACE = frozenset(_TAGS[:3])
_ORIENTATION = 274
_SUFFIXES = (".tif", ".tiff")

#: A tag as tifffile writes it: code, type, count, value, whether once.
Tag = tuple[int, int, int, object, bool]


def georeference(path: str | Path) -> list[Tag]:
    """Return the tags that say where an image lies, none if it does not say so.

    Args:
        path: An image. What is no TIFF, or one whose orientation tag turns it, which no
            program for maps does, has none.
    """
    if not str(path).lower().endswith(_SUFFIXES):
        return []
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags
        turned = _ORIENTATION in tags and int(tags[_ORIENTATION].value) != 1
        if turned or not _PLACE & {tag.code for tag in tags}:
            return []
        found = [tags[code] for code in _TAGS if code in tags]
        return [(t.code, int(t.dtype), t.count, t.value, True) for t in found]


def as_geotiff(picture: np.ndarray, tags: Sequence[Tag]) -> bytes:
    """Return a picture (H, W) uint8 as a GeoTIFF of the same place."""
    content = io.BytesIO()
    tifffile.imwrite(
        content,
        picture,
        photometric="minisblack",
        compression="zlib",
        rowsperstrip=max(1, 2**18 // picture.shape[1]),
        extratags=list(tags),
        metadata=None,
    )
    return content.getvalue()
