"""Segmentors: the wrapper that adapts, the two-headed network, a mean of networks."""

from .mean_segmentor import MeanSegmentor
from .multi_head import MultiHeadEncoderDecoder
from .uda_segmentor import UDASegmentor

__all__ = ["MeanSegmentor", "MultiHeadEncoderDecoder", "UDASegmentor"]
