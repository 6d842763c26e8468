"""Random numbers of a pipeline that do not depend on what was drawn before."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def restored(devices: Sequence[int] = ()) -> Iterator[None]:
    """Put the global generators of Python, NumPy and torch back after a block.

    Args:
        devices: CUDA devices whose generators are put back, besides the CPU's.
    """
    states = random.getstate(), np.random.get_state()  # noqa: NPY002 - mmcv's generator
    with torch.random.fork_rng(devices=list(devices)):
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])  # noqa: NPY002


def used_gpus() -> Sequence[int]:
    """All CUDA devices, for :func:`restored`, once one is in use; none before."""
    # torch warns of many GPUs where they are not named
    return range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Run a block with the global generators seeded, then restore them.

    Args:
        seed: Seed of the generators of Python, NumPy and torch (CPU), in [0, 2**32).
    """
    with restored():
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - mmcv's generator
        yield
