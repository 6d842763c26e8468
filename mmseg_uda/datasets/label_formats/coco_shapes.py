"""Shapes of COCO's annotation files, drawn as class indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..reading import Declared, orientation_of
from .base_label_format import BaseLabelFormat

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
        if orientation_of(sample) != "shown":
            raise ValueError(
                f"{path} is drawn on the images as viewers show them: leave out "
                "orientation='stored' of the data set"
            )
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
    masks = coco_masks()
    try:
        if isinstance(segmentation, Sequence):
            polygons = [list(map(float, part)) for part in segmentation]
            if not polygons or any(len(part) < 6 or len(part) % 2 for part in polygons):
                raise ValueError("a polygon has three points or more, x and y of each")
            runs = masks.merge(masks.frPyObjects(polygons, height, width))
        elif list(segmentation["size"]) != [height, width]:
            raise ValueError(f"its size is {segmentation['size']} (height, width)")
        elif isinstance(segmentation["counts"], Sequence) and not isinstance(
            segmentation["counts"], str | bytes
        ):
            runs = masks.frPyObjects(dict(segmentation), height, width)
        else:
            counts = segmentation["counts"]
            counts = counts.encode() if isinstance(counts, str) else counts
            runs = {"size": [height, width], "counts": counts}
        return masks.decode(runs).astype(bool)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where} cannot be drawn: {error}") from error


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
