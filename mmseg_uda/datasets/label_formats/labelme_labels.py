"""LabelMe's JSON files, one an image."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image, ImageDraw

from mmseg_uda.registry import LABEL_FORMATS

from ..label_maps import IGNORE
from ..reading import Declared
from .base_label_format import (
    BaseLabelFormat,
    background_index,
    check_shown,
    class_index,
)

_LINE_WIDTH, _POINT_RADIUS = 10, 5  # pixels, as LabelMe itself draws them
_BACKGROUND = ("background", "_background_")
#: Fewest points of a shape.
_POINTS = {
    "polygon": 3,
    "rectangle": 2,
    "circle": 2,
    "line": 2,
    "linestrip": 2,
    "point": 1,
    "mask": 2,
}


@LABEL_FORMATS.register_module()
class LabelMeLabels(BaseLabelFormat):
    """JSON files of LabelMe: polygons, rectangles, circles, lines, points and masks.

    Shapes are drawn in the order of the file, later ones above earlier ones, as
    LabelMe draws them. Coordinates are those of the image as viewers show it, so these
    labels need ``orientation="shown"`` of the data set.

    Args:
        names: Class name by the name that a shape has, for those that are no class;
            ``"ignore"`` for shapes that do not count: ``{"lane": "road"}``.
        background: Class of what no shape covers, or ``"ignore"``. None: the class
            ``background`` or ``_background_``, if there is one, else ignore.

    Raises:
        ValueError: If a name is no class.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def __init__(
        self, names: Mapping[str, str] | None = None, background: str | None = None
    ) -> None:
        self.names = dict(names or {})
        self.background = background
        self._ids: dict[str, int] = {}
        self._below = IGNORE

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:
        """Learn which name is which class."""
        self._ids = {name: index for index, name in enumerate(classes)}
        for name, meant in self.names.items():
            self._ids[name] = class_index(meant, classes, f"names['{name}']")
        self._ids.setdefault("ignore", IGNORE)
        self._below = background_index(self.background, classes, _BACKGROUND)

    @property
    def decides(self) -> str:
        """The options, and which name is which class."""
        return f"{self!r} {self._ids} {self._below}"

    def declared(self, path: str | Path) -> Declared:
        """Return the size that the file says its image has."""
        width, height = _size(_content(path), path)
        return Declared("JSON", width, height)

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return class indices, 255 = ignore."""
        check_shown(orientation, path)
        content = _content(path)
        width, height = _size(content, path)
        ids = Image.new("L", (width, height), self._below)
        for number, shape in enumerate(content.get("shapes") or ()):
            where = f"the label {path}, shape {number + 1}"
            if not isinstance(shape, Mapping):
                raise ValueError(f"{where} is no shape of LabelMe: {str(shape)[:80]}")
            name = shape.get("label")
            if not isinstance(name, str) or name not in self._ids:
                known = ", ".join(self._ids)
                raise ValueError(
                    f"{where}: '{name}' is no class. Known are {known}; say what it is "
                    f"with names={{'{name}': CLASS}}, or names={{'{name}': 'ignore'}}"
                )
            try:
                _draw(ids, shape, self._ids[name], where)
            except TypeError as error:
                raise ValueError(f"{where} cannot be drawn: {error}") from error
        return np.asarray(ids)


def _content(path: str | Path) -> dict[str, Any]:
    try:
        content = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"the label {path} is no JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        raise ValueError(
            f"the label {path} is no file of LabelMe: it has no list 'shapes'"
        )
    return content


def _size(content: Mapping[str, Any], path: str | Path) -> tuple[int, int]:
    size = content.get("imageWidth"), content.get("imageHeight")
    if not all(isinstance(side, int) and side > 0 for side in size):
        raise ValueError(
            f"the label {path} does not say how large its image is (imageWidth, "
            "imageHeight): open and save it in LabelMe again"
        )
    return size


def _draw(ids: Image.Image, shape: Mapping[str, Any], value: int, where: str) -> None:
    """Draw a shape on the ids."""
    kind = shape.get("shape_type") or "polygon"  # as in old files
    if kind not in _POINTS:
        kinds = ", ".join(_POINTS)
        raise ValueError(f"{where} is a {kind}; those that are drawn: {kinds}")
    points = _points_of(shape, kind, where)
    pen = ImageDraw.Draw(ids)
    if kind == "mask":
        _paste(ids, shape, points, value, where)
    elif kind == "circle":
        (x, y), edge = points[:2]
        radius = math.dist((x, y), edge)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), value, value)
    elif kind == "rectangle":
        pen.rectangle(_box(points), value, value)
    elif kind in ("line", "linestrip"):
        pen.line(points, value, _LINE_WIDTH)
    elif kind == "point":
        (x, y), radius = points[0], _POINT_RADIUS
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), value, value)
    else:
        pen.polygon(points, value, value)


def _points_of(
    shape: Mapping[str, Any], kind: str, where: str
) -> list[tuple[float, float]]:
    """Return the points of a shape, x and y."""
    try:
        points = [(float(x), float(y)) for x, y in shape.get("points") or ()]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{where} cannot be drawn, as a point is no pair of numbers ({error}): "
            "mend or remove it in LabelMe"
        ) from error
    if not all(math.isfinite(part) for point in points for part in point):
        raise ValueError(f"{where} has a point that is no number: remove it in LabelMe")
    if len(points) < _POINTS[kind]:
        raise ValueError(
            f"{where} is a {kind} of {len(points)} point(s), which needs "
            f"{_POINTS[kind]}: mend or remove it in LabelMe"
        )
    return points


def _box(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _paste(
    ids: Image.Image,
    shape: Mapping[str, Any],
    points: Sequence[tuple[float, float]],
    value: int,
    where: str,
) -> None:
    """Put a mask where its box begins."""
    try:
        data = base64.b64decode(shape["mask"], validate=True)
        # LabelMe writes zeros and ones, other programs zeros and 255
        covered = np.asarray(Image.open(io.BytesIO(data)).convert("L")) > 0
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"{where} holds no readable mask ({error})") from error
    left, top, right, bottom = (round(part) for part in _box(points))
    box = (bottom - top + 1, right - left + 1)
    if covered.shape != box:
        raise ValueError(
            f"{where} is a mask of {covered.shape} pixels (H, W) in a box of {box}"
        )
    ids.paste(value, (left, top), Image.fromarray(covered))
