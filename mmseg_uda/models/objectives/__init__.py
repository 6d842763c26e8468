"""Objectives: what is minimised, each a weighted mean of a loss per pixel."""

from .adversarial import Adversarial
from .base_objective import BaseObjective
from .image_adversarial import ImageAdversarial
from .image_reconstruction import ImageReconstruction
from .minimax_map import MinimaxMap
from .minimize_map import MinimizeMap
from .pixel_weight import PixelWeight
from .region_classification import RegionClassification
from .semantic_consistency import SemanticConsistency
from .soft_supervised import SoftSupervised
from .supervised import Supervised
from .weight_discrepancy import WeightDiscrepancy
from .weight_sums import WeightSums

__all__ = [
    "Adversarial",
    "BaseObjective",
    "ImageAdversarial",
    "ImageReconstruction",
    "MinimaxMap",
    "MinimizeMap",
    "PixelWeight",
    "RegionClassification",
    "SemanticConsistency",
    "SoftSupervised",
    "Supervised",
    "WeightDiscrepancy",
    "WeightSums",
]
