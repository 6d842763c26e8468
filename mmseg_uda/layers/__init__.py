"""Layers: gradient routing, batch-norm statistics, replay of a call, a history."""

from .batch_norm import frozen_running_stats
from .buffer_state import BufferState
from .dilated_sum import dilated_branches, sum_of_branches
from .gradient import call_frozen, call_reversed, grad_reverse
from .image_pool import ImagePool
from .random_state import RandomState, has_active_dropout
from .resize_map import resize_map

__all__ = [
    "BufferState",
    "ImagePool",
    "RandomState",
    "call_frozen",
    "call_reversed",
    "dilated_branches",
    "frozen_running_stats",
    "grad_reverse",
    "has_active_dropout",
    "resize_map",
    "sum_of_branches",
]
