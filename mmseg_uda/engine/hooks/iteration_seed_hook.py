"""Random numbers of an iteration as a function of its number."""

import random

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class IterationSeedHook(Hook):
    """Reseeds Python, NumPy and torch before every training iteration.

    Checkpoints hold no state of random generators. With the seeds a function of
    (run seed, iteration, rank) alone, noise and dropout after a resume are those of an
    uninterrupted run, and a validation in between changes nothing.

    Args:
        rank_dependent: Whether each rank draws its own numbers. Switch it off only to
            compare runs in which every rank must see the same noise.
    """

    # Last before the forward pass: no other hook may draw in between.
    priority = "LOWEST"

    def __init__(self, rank_dependent: bool = True) -> None:
        self.rank_dependent = rank_dependent

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Seed all generators for the coming iteration."""
        rank = runner.rank if self.rank_dependent else 0
        seed_everything(runner.seed, runner.iter, rank)


def seed_everything(*entropy: int) -> None:
    """Seed Python, NumPy and torch (all devices) from a tuple of integers >= 0.

    The integers are hashed, so neighbouring tuples give unrelated streams.
    """
    words = np.random.SeedSequence(entropy).generate_state(3, np.uint64)
    random.seed(int(words[0]))
    # The global generator is what transforms and models draw from.
    np.random.seed(int(words[1]) % 2**32)  # noqa: NPY002
    torch.manual_seed(int(words[2]))
