"""Maps: one number per pixel, to be minimised or to weight a loss with."""

from .confidence_map import ConfidenceMap
from .entropy_map import EntropyMap
from .feature_noise import FeatureNoise
from .head_cosine_map import HeadCosineMap
from .head_divergence_map import HeadDivergenceMap
from .lipschitz_map import LipschitzMap
from .robust_entropy_map import RobustEntropyMap

__all__ = [
    "ConfidenceMap",
    "EntropyMap",
    "FeatureNoise",
    "HeadCosineMap",
    "HeadDivergenceMap",
    "LipschitzMap",
    "RobustEntropyMap",
]
