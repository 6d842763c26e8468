"""GTA5 (Playing for Data) as it is downloaded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .label_maps import gta5_lut, restrict_lut
from .paired_folder import PairedFolder

_LAYOUT = """
images/
  00001.png ... 24966.png
labels/
  00001.png ... 24966.png
"""


@DATASETS.register_module()
class GTA5Dataset(PairedFolder):
    """24966 rendered street scenes of about 1914x1052 with 19 classes.

    The labels are palette images whose index is the Cityscapes labelId; they are
    decoded when loaded, no conversion is needed. In the real download a few labels
    differ in size from their image: ``tools/check_data.py`` lists them.

    Args:
        data_root: Folder with the unpacked ``images/`` and ``labels/``.
        **kwargs: ``allow_unpaired`` of :class:`PairedFolder`; ``pipeline``,
            ``metainfo`` (``classes``: a subset of the 19, the others are ignored),
            ``indices``, ``test_mode``, ``lazy_init`` and ``serialize_data`` of
            :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up, or a class is unknown.
    """

    def __init__(self, data_root: str, **kwargs: Any) -> None:
        super().__init__(
            data_root,
            image_dir="images",
            image_suffix=".png",
            label_dir="labels",
            label_suffix=".png",
            layout=_LAYOUT,
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table from GTA5's ids to ``classes``."""
        return restrict_lut(gta5_lut(), classes)
