"""Padding of what is smaller than a crop."""

from mmcv.transforms import Pad
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PadToCrop(Pad):
    """Pad images that are smaller than the crop behind it; others stay as they are.

    For folders in which a few images are much longer than all others: without it the
    crop has to fit into each. What is padded, below and on the right, is black, and its
    label is ignored.

    Args:
        crop_size: Height and width of the crop.
    """

    def __init__(self, crop_size: tuple[int, int]) -> None:
        height, width = crop_size
        super().__init__(size=(width, height), pad_val=dict(img=0, seg=255))
