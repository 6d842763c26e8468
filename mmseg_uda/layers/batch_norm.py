"""Batch norm that looks at a batch without remembering it."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def frozen_running_stats(module: nn.Module) -> Iterator[None]:
    """Keep the running statistics of all batch norms in ``module`` as they are.

    Inside the context a batch norm in training mode still normalises with the
    statistics of the batch, so its output is the one it would otherwise have, but
    ``running_mean``, ``running_var`` and ``num_batches_tracked`` are not updated.
    A second, perturbed pass through a head thereby leaves no trace in the model.
    Batch norms in evaluation mode don't update anything and are left alone.

    Args:
        module: Module whose batch norms (``SyncBatchNorm`` included) are affected.
    """
    norms = [
        m
        for m in module.modules()
        if isinstance(m, _BatchNorm) and m.training and m.track_running_stats
    ]
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
