"""The layers of a network that normalise with running statistics."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from mmseg_uda.utils.suggestions import did_you_mean


def is_batch_norm(module: nn.Module) -> bool:
    """Tell whether a layer normalises with statistics that it holds.

    Those are torch's batch norms (``SyncBatchNorm`` included) and what is like them
    elsewhere: the frozen ones of torchvision, timm and detectron2, which hold all four
    tensors as buffers. A batch norm with ``track_running_stats=False`` holds none. An
    instance norm is none: it goes by the image itself, or by what
    :func:`tracking_instance_norms` says.
    """
    if isinstance(module, _InstanceNorm):
        return False
    mean = getattr(module, "running_mean", None)
    variance = getattr(module, "running_var", None)
    if not (isinstance(mean, Tensor) and isinstance(variance, Tensor)):
        return False
    return isinstance(module, _BatchNorm) or mean.shape == variance.shape


def tracking_instance_norms(network: nn.Module) -> list[str]:
    """Name the instance norms that normalise with running statistics in inference.

    Those are means over images of each image's own mean and variance (of a layer with
    ``track_running_stats=True``), not mean and variance of a set.
    """
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, _InstanceNorm) and module.running_mean is not None
    ]


def batch_norms(
    network: nn.Module, layers: Sequence[str] = ("*",)
) -> dict[str, nn.Module]:
    """Return the batch norms of a network by name, in the network's order.

    Args:
        network: The network.
        layers: Shell patterns of names to take, such as ``'backbone.*'``.

    Raises:
        ValueError: If a pattern fits none of the network's batch norms.
    """
    found = {
        name: module
        for name, module in network.named_modules()
        if is_batch_norm(module)
    }
    for pattern in layers if found else ():
        if not any(fnmatchcase(name, pattern) for name in found):
            raise ValueError(
                f"layers names {pattern!r}, which fits none of the {len(found)} batch "
                f"norms: {', '.join([*found][:5])}, ... A pattern is such as "
                "'backbone.*' or 'decode_head.*'." + did_you_mean(pattern, found)
            )
    return {
        name: module
        for name, module in found.items()
        if any(fnmatchcase(name, pattern) for pattern in layers)
    }
