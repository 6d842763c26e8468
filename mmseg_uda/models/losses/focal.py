"""The focal loss per pixel."""

import torch
from torch import Tensor

from .cross_entropy import cross_entropy_map


def focal_map(log_probs: Tensor, labels: Tensor, gamma: float) -> Tensor:
    r"""Focal loss in nats, :math:`-(1 - p_y)^\gamma \log p_y`, 0 for the label 255.

    "Focal Loss for Dense Object Detection" (Lin et al.), without class weights. The
    factor carries gradient. ``gamma = 0`` is the cross-entropy.

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
    # 1 - p, exact for p near 1; kept off 0, where powers below 1 have no gradient
    miss = (-torch.expm1(-cross_entropy)).clamp(min=1e-12)
    return miss**gamma * cross_entropy
