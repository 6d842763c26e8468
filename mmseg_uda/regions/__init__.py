"""Regions: patches of label maps, sorted into kinds once, before the training."""

from .fit import fit_regions
from .fitted import FittedRegions
from .grid import grid_shape
from .hog_clusters import HogClusters
from .patch_modes import PatchModes
from .region_rule import RegionRule

__all__ = [
    "FittedRegions",
    "HogClusters",
    "PatchModes",
    "RegionRule",
    "fit_regions",
    "grid_shape",
]
