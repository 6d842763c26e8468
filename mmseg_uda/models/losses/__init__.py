"""Pure functions: tensors in, one value per pixel out."""

from .adversarial import gan_map, squared_gradient
from .cross_entropy import cross_entropy_map, mean_over_valid
from .divergence import DIVERGENCES, kl_map, l1_map, l2_map
from .self_information import self_information

__all__ = [
    "DIVERGENCES",
    "cross_entropy_map",
    "gan_map",
    "kl_map",
    "l1_map",
    "l2_map",
    "mean_over_valid",
    "self_information",
    "squared_gradient",
]
