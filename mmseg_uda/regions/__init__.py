"""Regions: patches of label maps, sorted into kinds once, before the training."""

from mmseg_uda.structures.grid import grid_shape

from .fit import fit_regions
from .fitted import FittedRegions
from .hog_clusters import HogClusters
from .patch_modes import PatchModes
from .region_rule import RegionRule
from .transforms import LabelRegions, LoadRegionLabels, PackRegionLabels

__all__ = [
    "FittedRegions",
    "HogClusters",
    "LabelRegions",
    "LoadRegionLabels",
    "PackRegionLabels",
    "PatchModes",
    "RegionRule",
    "fit_regions",
    "grid_shape",
]
