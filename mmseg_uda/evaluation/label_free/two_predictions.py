"""How far two predictions of one image agree.

Each function takes the probabilities (K, ...) of both, which sum to 1 over the first
axis, K > 1, and returns one number a pixel (...) in [0, 1]; 1 for equal ones, but
where it is said.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def same_class(first: Tensor, second: Tensor) -> Tensor:
    r"""Whether both predict the same class.

    .. math:: [\arg\max_c p_c = \arg\max_c q_c]
    """
    return (first.argmax(0) == second.argmax(0)).to(first.dtype)


def js_agreement(first: Tensor, second: Tensor) -> Tensor:
    r"""One minus the Jensen-Shannon divergence, in units of its largest value.

    .. math::
        1 - \frac{KL(p \| m) + KL(q \| m)}{2 \log 2}, \qquad m = \frac{p + q}{2}

    the divergence of AugMix's consistency (Hendrycks et al., ICLR 2020), of two
    predictions.
    """
    mean = (first + second) / 2
    divergence = sum(
        torch.special.xlogy(p, p) - torch.special.xlogy(p, mean)
        for p in (first, second)
    )
    return 1 - divergence.sum(0) / (2 * math.log(2))


def effective_invariance(first: Tensor, second: Tensor) -> Tensor:
    r"""How confident both are of the same class; 0 where they predict different ones.

    .. math:: \sqrt{\max_c p_c \, \max_c q_c} \; [\arg\max_c p_c = \arg\max_c q_c]

    of Deng et al., "On the Strong Correlation Between Model Invariance and
    Generalization" (NeurIPS 2022). Two equal predictions have their confidence.
    """
    confidence = (first.amax(0) * second.amax(0)).sqrt()
    return confidence * same_class(first, second)
