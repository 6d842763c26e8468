"""Segmentation heads and discriminators."""

from .dilated_concat_head import DilatedConcatHead
from .dilated_sum_head import DilatedSumHead
from .multi_scale_discriminator import MultiScaleDiscriminator
from .pixel_discriminator import PixelDiscriminator

__all__ = [
    "DilatedConcatHead",
    "DilatedSumHead",
    "MultiScaleDiscriminator",
    "PixelDiscriminator",
]
