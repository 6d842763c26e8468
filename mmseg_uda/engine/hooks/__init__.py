"""Hooks: reproducible noise, safe checkpoints, results that survive a resume."""

from .atomic_checkpoint_hook import AtomicCheckpointHook
from .iteration_seed_hook import IterationSeedHook
from .result_hook import ResultHook

__all__ = ["AtomicCheckpointHook", "IterationSeedHook", "ResultHook"]
