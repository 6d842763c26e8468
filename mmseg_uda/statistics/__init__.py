"""Batch norm statistics of a set of images, exact and without training."""

from .adapt import StatisticsOptions, adapt_statistics, adaptable_norms
from .adapted_file import write_adapted
from .channel_moments import ChannelMoments
from .movement import Movement, movement_table

__all__ = [
    "ChannelMoments",
    "Movement",
    "StatisticsOptions",
    "adapt_statistics",
    "adaptable_norms",
    "movement_table",
    "write_adapted",
]
