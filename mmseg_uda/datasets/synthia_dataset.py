"""SYNTHIA RAND_CITYSCAPES as it is downloaded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .label_maps import restrict_lut, synthia_lut
from .paired_folder import PairedFolder

_LAYOUT = """
RGB/
  0000000.png ... 0009399.png
GT/LABELS/
  0000000.png ... 0009399.png
(the download unpacks to a folder RAND_CITYSCAPES: data_root is that folder)
"""


@DATASETS.register_module()
class SynthiaDataset(PairedFolder):
    """9400 rendered street scenes of 1280x760 with 16 of the 19 classes.

    The labels are 16-bit PNGs with the class id in the first channel; they are
    decoded when loaded, no conversion is needed.

    Args:
        data_root: The unpacked ``RAND_CITYSCAPES``.
        lane_marking: ``'ignore'``, as most methods have it, or ``'road'`` (CRST).
        **kwargs: ``allow_unpaired`` of :class:`PairedFolder`; ``pipeline``,
            ``metainfo`` (``classes``: a subset of the 19, the others are ignored),
            ``indices``, ``test_mode``, ``lazy_init`` and ``serialize_data`` of
            :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up, or a class is unknown.
    """

    lacks = ("terrain", "truck", "train")

    def __init__(
        self, data_root: str, lane_marking: str = "ignore", **kwargs: Any
    ) -> None:
        self.lane_marking = lane_marking
        super().__init__(
            data_root,
            image_dir="RGB",
            image_suffix=".png",
            label_dir="GT/LABELS",
            label_suffix=".png",
            layout=_LAYOUT,
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table from SYNTHIA's ids to ``classes``."""
        return restrict_lut(synthia_lut(self.lane_marking), classes)
