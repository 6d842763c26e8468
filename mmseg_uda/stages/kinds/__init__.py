"""The kinds of stages, a file each."""

from .batch_norm import BatchNormStage
from .pseudo_label import PseudoLabelStage
from .region_grid import RegionGridStage
from .region_label import RegionLabelStage
from .train import TrainStage
from .translate import TranslateStage

__all__ = [
    "BatchNormStage",
    "PseudoLabelStage",
    "RegionGridStage",
    "RegionLabelStage",
    "TrainStage",
    "TranslateStage",
]
