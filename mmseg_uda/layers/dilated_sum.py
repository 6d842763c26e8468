"""Parallel dilated convolutions, the classifier of DeepLab-v2."""

from collections.abc import Iterable, Sequence

from torch import Tensor, nn


def dilated_branches(
    in_channels: int, out_channels: int, dilations: Sequence[int]
) -> nn.ModuleList:
    """Make one 3x3 convolution per dilation, all of which keep the feature's size.

    Weights start from N(0, 0.01), biases from PyTorch's default.

    Args:
        in_channels: Channels of the features.
        out_channels: Channels of the logits.
        dilations: Dilation, and padding, in pixels of the feature map.

    Raises:
        ValueError: If ``dilations`` is empty or not positive.
    """
    if not dilations or min(dilations) < 1:
        raise ValueError(
            f"dilations must name at least one branch, each >= 1, got {dilations}"
        )
    branches = nn.ModuleList(
        nn.Conv2d(in_channels, out_channels, 3, padding=d, dilation=d)
        for d in dilations
    )
    for conv in branches:
        nn.init.normal_(conv.weight, std=0.01)
    return branches


def sum_of_branches(branches: Iterable[nn.Module], feats: Tensor) -> Tensor:
    """Sum what the branches make of features, (N, C, h, w) -> (N, K, h, w)."""
    first, *others = branches
    logits = first(feats)
    for branch in others:
        logits = logits + branch(feats)
    return logits
