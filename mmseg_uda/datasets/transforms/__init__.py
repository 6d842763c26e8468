"""Transforms that mmseg and mmcv lack; theirs are used for everything else."""

from .diverse_crop import DiverseCrop
from .label_regions import LabelRegions
from .load_labels import LoadLabels
from .load_region_labels import LoadRegionLabels
from .load_soft_labels import LoadSoftLabels
from .pack_region_labels import PackRegionLabels
from .pack_soft_labels import PackSoftLabels
from .read_image import ReadImage

__all__ = [
    "DiverseCrop",
    "LabelRegions",
    "LoadLabels",
    "LoadRegionLabels",
    "LoadSoftLabels",
    "PackRegionLabels",
    "PackSoftLabels",
    "ReadImage",
]
