"""Looking at a model without leaving a trace."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradient; afterwards all is as it was.

    In evaluation mode dropout is off and batch norm neither uses nor updates the
    statistics of a batch. Put back at the end are the mode of every single module (a
    frozen backbone may be in evaluation mode while the rest trains) and the random
    generators of Python, NumPy and torch on all devices.

    Args:
        model: The model to look at.
    """
    modes = {module: module.training for module in model.modules()}
    states = random.getstate(), np.random.get_state()  # noqa: NPY002  the global one
    # all are named, for torch warns of many GPUs otherwise
    gpus = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    try:
        with torch.random.fork_rng(list(gpus)), torch.no_grad():
            model.eval()
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        for module, mode in modes.items():
            module.training = mode
