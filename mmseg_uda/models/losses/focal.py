"""The focal loss per pixel."""

import math

import torch
from torch import Tensor

from .cross_entropy import cross_entropy_map

#: Smallest probability of the label that is told from zero, as in CLAN's code.
MIN_PROB = 1e-9


def focal_map(log_probs: Tensor, labels: Tensor, gamma: float) -> Tensor:
    r"""Focal loss in nats, :math:`-(1 - p_y)^\gamma \log p_y`, 0 for the label 255.

    "Focal Loss for Dense Object Detection" (Lin et al.), without class weights, as
    CLAN's code has it: the factor carries gradient, and :math:`p_y` is kept at 1e-9 or
    above. So a pixel counts -log(1e-9) = 20.7 at most, and one that is beyond has no
    gradient. (The code's upper bound, 1 - 1e-9, is 1 in single precision and changes
    nothing.) ``gamma = 0`` is the cross-entropy, without bounds.

    Args:
        log_probs: (N, K, H, W).
        labels: (N, H, W) int64, 0..K-1 or 255.
        gamma: Exponent, >= 0.

    Returns:
        (N, H, W), >= 0.
    """
    cross_entropy = cross_entropy_map(log_probs, labels)
    if gamma == 0:
        return cross_entropy
    cross_entropy = cross_entropy.clamp(max=-math.log(MIN_PROB))
    # 1 - p, exact for p near 1; kept off 0, where powers below 1 have no gradient
    miss = (-torch.expm1(-cross_entropy)).clamp(min=1e-12)
    return miss**gamma * cross_entropy
