"""Cityscapes' images without their labels: the target of training."""

from typing import Any

from mmseg.registry import DATASETS

from .seg_folder import SegFolder
from .unlabelled_folder import UnlabelledFolder

_LAYOUT = """
leftImg8bit/
  {split}/
    <city>/<city>_000000_000019_leftImg8bit.png
"""


@DATASETS.register_module()
class CityscapesImages(UnlabelledFolder):
    """Images of a Cityscapes split as they lie in the unpacked download.

    Args:
        data_root: Folder with ``leftImg8bit/``; ``gtFine/`` is not needed.
        split: ``'train'`` (2975 images), ``'val'`` (500) or ``'test'``.
        **kwargs: See :class:`UnlabelledFolder`.

    Raises:
        FileNotFoundError: If the folder is missing or holds no image.
    """

    SUFFIXES_ARE_OPTIONS = False
    usual_stretch = SegFolder.usual_stretch

    def __init__(self, data_root: str, split: str = "train", **kwargs: Any) -> None:
        super().__init__(
            data_root,
            image_dir=f"leftImg8bit/{split}",
            image_suffix="_leftImg8bit.png",
            layout=_LAYOUT.format(split=split),
            **kwargs,
        )
