"""Cityscapes with its labels: for evaluation, or as a source."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .label_maps import cityscapes_lut, restrict_lut
from .paired_folder import PairedFolder

_LAYOUT = """
leftImg8bit/
  {split}/
    <city>/<city>_000000_000019_leftImg8bit.png
gtFine/
  {split}/
    <city>/<city>_000000_000019_gtFine_labelIds.png
"""


@DATASETS.register_module()
class CityscapesLabelled(PairedFolder):
    """Images and ``gtFine`` labels of a Cityscapes split.

    The labels are the ``labelIds`` of the unpacked download; the
    ``labelTrainIds`` files that mmseg's ``CityscapesDataset`` wants are not needed.

    Args:
        data_root: Folder with ``leftImg8bit/`` and ``gtFine/``.
        split: ``'train'`` (2975 images) or ``'val'`` (500).
        **kwargs: ``allow_unpaired`` of :class:`PairedFolder`; ``pipeline``,
            ``metainfo`` (``classes``: a subset of the 19, the others are ignored),
            ``indices``, ``test_mode``, ``lazy_init`` and ``serialize_data`` of
            :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and labels do not pair up, or a class is unknown.
    """

    def __init__(self, data_root: str, split: str = "val", **kwargs: Any) -> None:
        super().__init__(
            data_root,
            image_dir=f"leftImg8bit/{split}",
            image_suffix="_leftImg8bit.png",
            label_dir=f"gtFine/{split}",
            label_suffix="_gtFine_labelIds.png",
            layout=_LAYOUT.format(split=split),
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table from Cityscapes' labelIds to ``classes``."""
        return restrict_lut(cityscapes_lut(), classes)
