"""Segmentors: the wrapper that adapts, and the two-headed network it often wraps."""

from .multi_head import MultiHeadEncoderDecoder
from .uda_segmentor import UDASegmentor

__all__ = ["MultiHeadEncoderDecoder", "UDASegmentor"]
