"""Maps: one number per pixel, to be minimised or to weight a loss with."""

from .combined_map import CombinedMap
from .confidence_map import ConfidenceMap
from .entropy_map import EntropyMap
from .feature_noise import FeatureNoise
from .head_cosine_map import HeadCosineMap
from .head_divergence_map import HeadDivergenceMap
from .image_consistency_map import ImageConsistencyMap
from .lipschitz_map import LipschitzMap
from .neg_log_confidence_map import NegLogConfidenceMap
from .region_consistency_map import RegionConsistencyMap
from .robust_entropy_map import RobustEntropyMap

__all__ = [
    "CombinedMap",
    "ConfidenceMap",
    "EntropyMap",
    "FeatureNoise",
    "HeadCosineMap",
    "HeadDivergenceMap",
    "ImageConsistencyMap",
    "LipschitzMap",
    "NegLogConfidenceMap",
    "RegionConsistencyMap",
    "RobustEntropyMap",
]
