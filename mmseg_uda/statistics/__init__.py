"""Batch norm statistics of a set of images, exact and without training."""

from .adapt import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
    check_class_shares,
    predicting_part,
)
from .adaptation import Adaptation
from .adapted_file import write_adapted
from .channel_moments import ChannelMoments
from .doubts import nothing_to_adapt
from .movement import Movement, movement_table

__all__ = [
    "Adaptation",
    "ChannelMoments",
    "Movement",
    "StatisticsOptions",
    "adapt_statistics",
    "adaptable_norms",
    "check_class_shares",
    "movement_table",
    "nothing_to_adapt",
    "predicting_part",
    "write_adapted",
]
