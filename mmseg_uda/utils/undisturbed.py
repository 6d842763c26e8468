"""Looking at a model without leaving a trace."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from mmseg_uda.utils.seeding import restored, used_gpus


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
    try:
        with restored(used_gpus()), torch.no_grad():
            model.eval()
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
