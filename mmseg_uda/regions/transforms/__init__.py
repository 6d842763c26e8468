"""Transforms that make, read and pack the kinds of regions."""

from .label_regions import LabelRegions
from .load_region_labels import LoadRegionLabels
from .pack_region_labels import PackRegionLabels

__all__ = ["LabelRegions", "LoadRegionLabels", "PackRegionLabels"]
