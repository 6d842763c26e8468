"""Number formats that a computation needs."""

import torch
from torch import Tensor


def at_least_float32(values: Tensor) -> Tensor:
    """Return the values, of half precision as float32, others as they are.

    Logarithms, norms and losses are not taken in half precision, which autocast may
    hand over; double precision stays double. Differentiable.
    """
    return values.to(torch.promote_types(values.dtype, torch.float32))
