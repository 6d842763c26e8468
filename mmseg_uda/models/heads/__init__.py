"""Segmentation heads, region heads and discriminators."""

from .dilated_concat_head import DilatedConcatHead
from .dilated_region_head import DilatedRegionHead
from .dilated_sum_head import DilatedSumHead
from .multi_scale_discriminator import MultiScaleDiscriminator
from .pixel_discriminator import PixelDiscriminator
from .point_discriminator import PointDiscriminator
from .region_head import RegionHead

__all__ = [
    "DilatedConcatHead",
    "DilatedRegionHead",
    "DilatedSumHead",
    "MultiScaleDiscriminator",
    "PixelDiscriminator",
    "PointDiscriminator",
    "RegionHead",
]
