"""Several masks of one image, as class indices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..image_headers import read_header
from ..label_files import read_label_ids, size_error
from ..reading import Declared, ImageReader, orientation_of
from .base_label_format import BaseLabelFormat
from .coco_shapes import SHAPES

_HALF = 127.5


class MaskStack(BaseLabelFormat):
    """Masks that the sample lists, each of a class, later ones above earlier ones.

    A mask covers what is brighter than half of its brightest pixel: 1 of 0 and 1, 255
    of 0 and 255. Of a JPEG that is what is brighter than 127.
    """

    def declared_of(self, sample: Mapping[str, Any]) -> Declared:
        """Return what the first mask says; of an image without one, the image's."""
        masks = sample[SHAPES]["masks"]
        return read_header(masks[0][1] if masks else sample["img_path"])

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return class indices, 255 = ignore."""
        orientation = orientation_of(sample)
        image, told = sample["img_path"], sample[SHAPES]
        width, height = read_header(image).size(orientation)
        ids = np.full((height, width), told["background"], np.uint8)
        for index, path in told["masks"]:
            covered = _covered(path, orientation)
            if covered.shape != ids.shape:
                sizes = covered.shape[::-1], image, (width, height)
                raise ValueError(size_error(path, *sizes))
            ids[covered] = index
        return ids

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Refuse: which class a mask is of says the sample."""
        raise TypeError(f"{path} is read by sample, see read_sample")


def _covered(path: str, orientation: str) -> np.ndarray:
    """Return which pixels a mask covers, (H, W) bool."""
    declared = read_header(path)
    if declared.bands == 1 and not declared.lossy:
        values = read_label_ids(path, orientation)
    else:
        values = ImageReader(orientation=orientation).read(path).max(axis=2)
    return values > (_HALF if declared.lossy else values.max(initial=0) / 2)
