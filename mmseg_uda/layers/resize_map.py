"""Bringing maps and losses per pixel to one size."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.utils.precision import at_least_float32


def resize_map(values: Tensor, size: Sequence[int]) -> Tensor:
    """Bring (N, h, w) to a (height, width), bilinear with align_corners=False.

    Where an axis shrinks, every value counts (anti-aliasing): points alone would leave
    out most cells of a fine map that weights a coarse loss.
    """
    if tuple(values.shape[1:]) == tuple(size):
        return values
    shrinks = any(new < old for new, old in zip(size, values.shape[1:], strict=True))
    maps = values
    if shrinks:  # torch cannot anti-alias half precision on a CPU
        maps = at_least_float32(values)
    resized = F.interpolate(
        maps.unsqueeze(1),
        tuple(size),
        mode="bilinear",
        align_corners=False,
        antialias=shrinks,
    )
    return resized.squeeze(1).to(values.dtype)
