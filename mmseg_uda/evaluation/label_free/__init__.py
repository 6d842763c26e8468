"""Scores of a network on images without labels."""

from .label_free_metric import LabelFreeMetric

__all__ = ["LabelFreeMetric"]
