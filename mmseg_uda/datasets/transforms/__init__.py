"""Transforms that mmseg and mmcv lack; theirs are used for everything else."""

from .diverse_crop import DiverseCrop
from .load_labels import LoadLabels

__all__ = ["DiverseCrop", "LoadLabels"]
