"""Pure functions: tensors in, one value per pixel out."""

from mmseg_uda.layers.self_information import self_information

from .adversarial import gan_map, squared_gradient
from .class_balance import ClassBalance
from .cross_entropy import (
    IGNORE_INDEX,
    cross_entropy_map,
    hardest,
    mean_by_weight,
    soft_cross_entropy_map,
)
from .divergence import DIVERGENCES, kl_map, l1_map, l2_map
from .focal import focal_map

__all__ = [
    "DIVERGENCES",
    "IGNORE_INDEX",
    "ClassBalance",
    "cross_entropy_map",
    "focal_map",
    "gan_map",
    "hardest",
    "kl_map",
    "l1_map",
    "l2_map",
    "mean_by_weight",
    "self_information",
    "soft_cross_entropy_map",
    "squared_gradient",
]
