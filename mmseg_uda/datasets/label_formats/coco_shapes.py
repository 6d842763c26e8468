"""Shapes of COCO's annotation files, drawn as class indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..reading import Declared, orientation_of
from .base_label_format import BaseLabelFormat, check_shown

#: Key of a sample: width and height of its image, class index of what no shape covers,
#: and for each shape its class index and its polygons or run lengths.
SHAPES = "label_shapes"


class CocoShapes(BaseLabelFormat):
    """Polygons and run lengths, which the sample itself carries.

    They are drawn by COCO's own library, in their order, later ones above earlier ones.
    """

    def declared_of(self, sample: Mapping[str, Any]) -> Declared:
        """Return the size that the annotations say the image has."""
        return Declared("JSON", *sample[SHAPES]["size"])

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return class indices, 255 = ignore."""
        path = sample["seg_map_path"]
        check_shown(orientation_of(sample), path, "images")
        told = sample[SHAPES]
        width, height = told["size"]
        ids = np.full((height, width), told["background"], np.uint8)
        for number, (index, segmentation) in enumerate(told["shapes"]):
            where = f"{path}, shape {number + 1} of {sample['label_name']}"
            ids[_mask(segmentation, height, width, where)] = index
        return ids

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Refuse: a file holds the shapes of all images."""
        raise TypeError(f"{path} is read by sample, see read_sample")


def _mask(segmentation: Any, height: int, width: int, where: str) -> np.ndarray:
    """Return which pixels a shape covers, (H, W) bool."""
    try:
        if not segmentation:
            raise ValueError("it has no outline; was it exported for detection?")
        if isinstance(segmentation, Sequence):
            return polygon_mask(segmentation, height, width)
        return _of_runs(segmentation, height, width)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{where} cannot be drawn: {error}") from error


def polygon_mask(parts: Sequence, height: int, width: int) -> np.ndarray:
    """Return which pixels polygons cover.

    Args:
        parts: Polygons, x and y of their points in turns, in pixels.
        height: Of the image.
        width: Likewise.

    Returns:
        (H, W) bool.

    Raises:
        ValueError: If one has too few points, or one far away: the library takes memory
            by how far that is.
    """
    masks = coco_masks()
    if not all(isinstance(part, Sequence) for part in parts):
        raise ValueError("polygons are a list of lists of numbers, x and y in turns")
    polygons = [list(map(float, part)) for part in parts]
    if any(len(part) < 6 or len(part) % 2 for part in polygons):
        raise ValueError("a polygon has three points or more, x and y of each")
    for part in polygons:
        for values, side in ((part[::2], width), (part[1::2], height)):
            if not all(-side <= value <= 2 * side for value in values):
                raise ValueError(
                    f"a point lies farther from the image of {width}x{height} pixels "
                    "than that is large, or is no number"
                )
    return masks.decode(masks.merge(masks.frPyObjects(polygons, height, width))) > 0


def _of_runs(runs: Mapping[str, Any], height: int, width: int) -> np.ndarray:
    """Draw run lengths, which the library does not check to fill the image."""
    if list(runs["size"]) != [height, width]:
        raise ValueError(f"its size is {runs['size']} (height, width)")
    counts = runs["counts"]
    if isinstance(counts, str):
        counts = _decompressed(counts)
    counts = np.array([int(count) for count in counts], np.int64)
    if counts.min(initial=0) < 0 or counts.sum() != height * width:
        raise ValueError(
            f"its run lengths cover {counts.sum()} pixels of {height * width}"
        )
    is_covered = np.arange(len(counts)) % 2 == 1
    return np.repeat(is_covered, counts).reshape((height, width), order="F")


def _decompressed(text: str) -> list[int]:
    """Return the run lengths that COCO packs into text.

    Each is a number of groups of five bits, the lowest first, 48 added to a group; bit
    five says that another follows, bit four of the last is the sign. From the fourth on
    they are differences to the number two before.
    """
    counts: list[int] = []
    value = shift = 0
    for letter in text:
        group = ord(letter) - 48
        value |= (group & 0x1F) << shift
        shift += 5
        if group & 0x20:
            continue
        if group & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise ValueError("its run lengths are cut off")
    return counts


def coco_masks() -> Any:
    """Return the library that draws masks.

    Raises:
        ImportError: If it is not installed.
    """
    try:
        from pycocotools import mask
    except ImportError as error:
        raise ImportError(
            "COCO's shapes are drawn by COCO's own library, which is not installed: "
            "pip install 'mmseg_uda[coco]'"
        ) from error
    return mask
