"""Transforms that mmseg and mmcv lack; theirs are used for everything else."""

from .diverse_crop import DiverseCrop
from .load_labels import LoadLabels
from .load_soft_labels import LoadSoftLabels
from .pack_soft_labels import PackSoftLabels
from .pad_to_crop import PadToCrop
from .read_image import ReadImage

__all__ = [
    "DiverseCrop",
    "LoadLabels",
    "LoadSoftLabels",
    "PackSoftLabels",
    "PadToCrop",
    "ReadImage",
]
