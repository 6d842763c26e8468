"""Supervisely's annotation files, drawn as class indices."""

from __future__ import annotations

import base64
import io
import math
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from ..annotations.supervisely_file import BARE, kind_of, read_supervisely
from ..label_maps import IGNORE
from ..reading import Declared
from .base_label_format import (
    BaseLabelFormat,
    background_index,
    check_shown,
    class_index,
)


class SuperviselyLabels(BaseLabelFormat):
    """Polygons, rectangles and bitmaps of Supervisely, a JSON file an image.

    Objects are drawn in the order of the file, later ones above earlier ones, as
    Supervisely's package draws them. Points and lines cover no pixels.

    Args:
        names: See :class:`.SuperviselyFolder`.
        background: Likewise.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, background: str | None = None
    ) -> None:
        self.names = dict(names or {})
        self.background = background
        self.below = IGNORE
        self._ids: dict[str, int] = {}

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:
        """Learn which name is which class."""
        self._ids = {name: index for index, name in enumerate(classes)}
        for name, meant in self.names.items():
            self._ids[name] = class_index(meant, classes, f"names['{name}']")
        self._ids.setdefault("ignore", IGNORE)
        self.below = background_index(self.background, classes)

    @property
    def decides(self) -> str:
        """The options, and which name is which class."""
        return f"{self!r} {self._ids} {self.below}"

    def declared(self, path: str | Path) -> Declared:
        """Return the size that the file says its image has."""
        return Declared("JSON", *read_supervisely(path).size)

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return class indices, 255 = ignore."""
        check_shown(orientation, path)
        told = read_supervisely(path)
        width, height = told.size
        ids = np.full((height, width), self.below, np.uint8)
        for number, one in enumerate(told.objects, 1):
            if kind_of(one) in BARE:
                continue
            name, where = one["classTitle"], f"the label {path}, object {number}"
            if name not in self._ids:
                raise ValueError(
                    f"{where}: '{name}' is no class. Known are "
                    f"{', '.join(self._ids)}; say what it is with names={{'{name}': "
                    f"CLASS}}, or names={{'{name}': 'ignore'}}"
                )
            try:
                _draw(ids, one, self._ids[name])
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise ValueError(f"{where} cannot be drawn: {error}") from error
        return ids


def _draw(ids: np.ndarray, told: Mapping[str, Any], value: int) -> None:
    """Draw an object on the ids."""
    kind = kind_of(told)
    if kind == "polygon":
        _fill(ids, told["points"], value)
    elif kind == "multipolygon":
        for part in told["parts"]:
            _fill(ids, part, value)
    elif kind == "rectangle":
        (x0, y0), (x1, y1) = _points(told["points"]["exterior"], 2)[:2].tolist()
        (left, right), (top, bottom) = sorted((x0, x1)), sorted((y0, y1))
        ids[max(0, top) : max(0, bottom + 1), max(0, left) : max(0, right + 1)] = value
    elif kind == "bitmap":
        _paste(ids, told["bitmap"], value)
    else:
        raise ValueError(
            f"its kind is {kind}; those that are drawn: polygon, multipolygon, "
            "rectangle, bitmap. Convert it to one of these in Supervisely"
        )


def _fill(ids: np.ndarray, part: Mapping[str, Any], value: int) -> None:
    covered = np.zeros(ids.shape, np.uint8)
    cv2.fillPoly(covered, [_points(part["exterior"], 3)], 1)
    holes = [_points(hole, 3) for hole in part.get("interior") or ()]
    if holes:
        cv2.fillPoly(covered, holes, 0)
    ids[covered > 0] = value


def _points(given: Sequence, fewest: int) -> np.ndarray:
    """Return points (N, 2), x and y, as the pixels that they lie in."""
    points = [[math.floor(x), math.floor(y)] for x, y in given]
    if len(points) < fewest:
        raise ValueError(f"it has {len(points)} point(s) and needs {fewest}")
    if max(abs(part) for point in points for part in point) >= 2**15:
        raise ValueError("a point lies far outside the image")
    return np.array(points, np.int32)


def _paste(ids: np.ndarray, told: Mapping[str, Any], value: int) -> None:
    """Put a bitmap where its origin is."""
    left, top = (math.floor(part) for part in told["origin"])
    covered = _bitmap(told["data"])
    height, width = covered.shape
    fits = 0 <= left <= ids.shape[1] - width and 0 <= top <= ids.shape[0] - height
    if not fits:
        raise ValueError(
            f"its bitmap of {width}x{height} pixels at {left}, {top} lies outside the "
            f"image of {ids.shape[1]}x{ids.shape[0]}"
        )
    ids[top : top + height, left : left + width][covered] = value


def _bitmap(text: str) -> np.ndarray:
    """Return which pixels a bitmap covers, (H, W) bool."""
    try:
        data = base64.b64decode(text, validate=True)
        if not data.startswith(b"\x89PNG"):
            data = zlib.decompress(data)
        with Image.open(io.BytesIO(data)) as image:
            clear = "A" in image.getbands() or "transparency" in image.info
            pixels = image.convert("RGBA" if clear else "L")
            return np.asarray(pixels.getchannel("A") if clear else pixels) > 0
    except (zlib.error, OSError, SyntaxError) as error:
        raise ValueError(f"its bitmap is damaged ({error})") from error
