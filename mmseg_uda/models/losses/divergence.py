"""Divergences between two categorical distributions per pixel.

All take log-probabilities (N, K, H, W) and return (N, H, W), >= 0, differentiable in
both arguments, finite for saturated logits because nothing is ever divided by, or
logged from, a probability.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def kl_map(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""KL divergence in nats, :math:`\sum_c p_c (\log p_c - \log q_c)`.

    Summed over classes, never averaged: mmseg's and torch's mean reductions would
    divide by the number of classes as well. Where p and q all but agree, rounding can
    make the sum a hair negative; it is cut off at 0.
    """
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).clamp(min=0)


def l1_map(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""L1 distance of the probabilities, :math:`\sum_c |p_c - q_c|`, in [0, 2]."""
    return (log_p.exp() - log_q.exp()).abs().sum(dim=1)


def l2_map(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""L2 distance of the probabilities, :math:`\|p - q\|_2`, in [0, sqrt(2)].

    Its gradient where p equals q is taken to be zero (a subgradient).
    """
    return torch.linalg.vector_norm(log_p.exp() - log_q.exp(), dim=1)


DIVERGENCES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "kl": kl_map,
    "l1": l1_map,
    "l2": l2_map,
}
