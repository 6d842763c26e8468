"""Bins of numbers that keep their order at any scale."""

from __future__ import annotations

import torch
from torch import Tensor

#: Low bits of a float32 that a bin leaves open: 12 of the 23 of the mantissa stay.
_OPEN_BITS = 11
_ALL_BUT_SIGN = 0x7FFFFFFF


def ordered_bins(values: Tensor) -> Tensor:
    """Number the bins of values such that a larger value never has a smaller number.

    A bin is a range of the bits of a float32. Hence it is as fine at 1e-6 as at 10 (a
    bin is at most 1/4096 of its value wide), nothing has to be known of the range, and
    0 has a bin of its own but for numbers below 3e-42.

    Args:
        values: Finite numbers of any shape; taken as float32.

    Returns:
        int64 of that shape.
    """
    # -0.0 + 0.0 is 0.0, whose bits differ
    bits = (values.float() + 0.0).contiguous().view(torch.int32)
    # of negative numbers, larger bits are smaller values
    ordered = torch.where(bits < 0, bits ^ _ALL_BUT_SIGN, bits)
    return (ordered >> _OPEN_BITS).long()
