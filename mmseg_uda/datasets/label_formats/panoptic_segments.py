"""Segments of COCO's panoptic format, as class indices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..reading import orientation_of
from ..reading.label_colors import NO_COLOR, label_colors
from .base_label_format import BaseLabelFormat
from .coco_shapes import SHAPES

_SHOWN = 5


class PanopticSegments(BaseLabelFormat):
    """PNGs whose colours are numbers of segments, of which the sample has the classes.

    A number is R + 256 G + 65536 B; 0 is what no segment covers.
    """

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return class indices, 255 = ignore."""
        path, told = sample["seg_map_path"], sample[SHAPES]
        colors = label_colors(path, orientation_of(sample))
        colors[colors == NO_COLOR] = 0
        numbers = colors >> 16 | colors & 0xFF00 | (colors & 0xFF) << 16
        classes = {0: told["background"], **dict(told["segments"])}
        found, where = np.unique(numbers, return_inverse=True)
        unknown = [number for number in found.tolist() if number not in classes]
        if unknown:
            shown = ", ".join(map(str, unknown[:_SHOWN])) + ", ..." * (
                len(unknown) > _SHOWN
            )
            raise ValueError(
                f"the label {path} holds {len(unknown)} segment(s) that the "
                f"annotations do not list: {shown}. Do the file and the folder belong "
                "together?"
            )
        indices = np.array([classes[number] for number in found.tolist()], np.uint8)
        return indices[where].reshape(numbers.shape)

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Refuse: what a number is says the file of all images."""
        raise TypeError(f"{path} is read by sample, see read_sample")
