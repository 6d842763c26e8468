"""Readable errors for inputs that a discriminator or region head cannot judge."""

from torch import Tensor, nn


def check_input_size(discriminator: nn.Module, x: Tensor) -> None:
    """Raise if ``x`` (N, C, H, W) is smaller than ``discriminator.min_size``.

    Args:
        discriminator: Module with an integer attribute ``min_size``, in pixels.
        x: Its input.

    Raises:
        ValueError: If H or W is below ``min_size``.
    """
    height, width = x.shape[-2:]
    size = discriminator.min_size
    if min(height, width) < size:
        raise ValueError(
            f"{type(discriminator).__name__} needs inputs of at least {size}x{size} "
            f"pixels, got {height}x{width} (height x width): use larger crops, or a "
            "discriminator with fewer layers or scales"
        )


def check_channels(head: nn.Module, x: Tensor) -> None:
    """Raise if ``x`` (N, C, H, W) has not the ``in_channels`` of a head.

    Raises:
        ValueError: If it has others.
    """
    if x.shape[1] != head.in_channels:
        raise ValueError(
            f"{type(head).__name__} was made for {head.in_channels} channels, but sees "
            f"{x.shape[1]}: set its in_channels={x.shape[1]} in model.heads, or change "
            "what it `sees`"
        )
