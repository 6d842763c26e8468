"""Bringing maps and losses per pixel to one size."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def resize_map(values: Tensor, size: Sequence[int]) -> Tensor:
    """Bring (N, h, w) to a (height, width), bilinear with align_corners=False."""
    if tuple(values.shape[1:]) == tuple(size):
        return values
    values = values.unsqueeze(1)
    resized = F.interpolate(values, tuple(size), mode="bilinear", align_corners=False)
    return resized.squeeze(1)
