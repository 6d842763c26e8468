"""Layers of mmseg_uda: gradient routing, batch-norm statistics, replay of a call."""

from .batch_norm import frozen_running_stats
from .buffer_state import BufferState
from .gradient import call_frozen
from .random_state import RandomState, has_active_dropout

__all__ = [
    "BufferState",
    "RandomState",
    "call_frozen",
    "frozen_running_stats",
    "has_active_dropout",
]
