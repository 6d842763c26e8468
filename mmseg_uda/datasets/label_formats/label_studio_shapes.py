"""Regions of Label Studio, drawn as class indices."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..image_headers import read_header
from ..reading import Declared, orientation_of
from .base_label_format import BaseLabelFormat, check_shown
from .coco_shapes import SHAPES
from .label_studio_brush import brush_bytes, brush_mask
from .polygon_inside import polygon_inside

_CORNERS = 180  # of the polygon that stands for an ellipse


class LabelStudioShapes(BaseLabelFormat):
    """Brush strokes, polygons, rectangles and ellipses, which the sample carries.

    They are drawn in their order, later ones above earlier ones. A pixel belongs to a
    polygon if its centre lies inside, to a brush stroke if that has painted it at all.
    """

    def declared_of(self, sample: Mapping[str, Any]) -> Declared:
        """Return the size that the regions say the image has."""
        return Declared("JSON", *_size(sample))

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return class indices, 255 = ignore."""
        path, told = sample["seg_map_path"], sample[SHAPES]
        check_shown(orientation_of(sample), path, "images")
        width, height = _size(sample)
        ids = np.full((height, width), told["background"], np.uint8)
        for number, (index, kind, value) in enumerate(told["shapes"]):
            try:
                ids[_mask(kind, value, height, width)] = index
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise ValueError(
                    f"{path}, region {number + 1} of {sample['label_name']}, a {kind}, "
                    f"cannot be drawn: {error}"
                ) from error
        return ids

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Refuse: a file holds the regions of all images."""
        raise TypeError(f"{path} is read by sample, see read_sample")


def carried(kind: str, value: Mapping[str, Any]) -> Any:
    """Return what a sample carries of a region: what draws it, as JSON can hold it.

    Args:
        kind: Kind of the region.
        value: Label Studio's value of it.

    Raises:
        ValueError: If nothing can be drawn of it.
    """
    if kind == "brush":
        return base64.b64encode(brush_bytes(value["rle"])).decode()
    if kind == "polygon":
        return value["points"]
    if kind == "rectangle":
        return [value[k] for k in ("x", "y", "width", "height")], value.get("rotation")
    if kind == "ellipse":
        keys = ("x", "y", "radiusX", "radiusY")
        return [value[key] for key in keys], value.get("rotation")
    raise ValueError(
        f"a {kind} is not read: draw it as a brush stroke, polygon, rectangle or "
        "ellipse"
    )


def _size(sample: Mapping[str, Any]) -> tuple[int, int]:
    """Return width and height; of an image without a region those of its file."""
    return sample[SHAPES]["size"] or read_header(sample["img_path"]).shown_size


def _mask(kind: str, value: Any, height: int, width: int) -> np.ndarray:
    """Return which pixels a region covers, (H, W) bool."""
    if kind == "brush":
        return brush_mask(base64.b64decode(value), height, width)
    if kind == "polygon":
        points = np.asarray(value, np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
            raise ValueError("a polygon has three points or more, x and y of each")
    elif kind == "rectangle":
        points = _corners(*value)
    else:
        points = _rim(*value)
    points = points * [width / 100, height / 100]
    if kind != "polygon":
        points = _turned(points[1:], points[0], value[1])
    if not np.isfinite(points).all():
        raise ValueError("it has a point that is no number")
    return polygon_inside(points, height, width)


def _corners(box: Sequence[float], turned: float | None) -> np.ndarray:
    """Return the corner that a rectangle is turned about, and its corners."""
    x, y, width, height = map(float, box)
    right, low = x + width, y + height
    return np.array([[x, y], [x, y], [right, y], [right, low], [x, low]])


def _rim(box: Sequence[float], turned: float | None) -> np.ndarray:
    """Return the centre of an ellipse, and points on its rim."""
    x, y, across, along = map(float, box)
    angles = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    rim = np.stack([x + across * np.cos(angles), y + along * np.sin(angles)], axis=1)
    return np.concatenate([[[x, y]], rim])


def _turned(points: np.ndarray, about: np.ndarray, degrees: float | None) -> np.ndarray:
    """Return points (N, 2), in pixels, turned clockwise as they are seen."""
    angle = math.radians(degrees or 0)
    x, y = (points - about).T
    turned = [
        x * math.cos(angle) - y * math.sin(angle),
        x * math.sin(angle) + y * math.cos(angle),
    ]
    return np.stack(turned, axis=1) + about
