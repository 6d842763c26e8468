"""Weighted self-information maps of ADVENT."""

import math

import torch
from torch import Tensor


def self_information(probs: Tensor) -> Tensor:
    r"""Normalised weighted self-information per class, ADVENT's (Vu et al.).

    .. math:: I_c = - p_c \log_2 (p_c + 10^{-30}) / \log_2 K

    Args:
        probs: (N, K, H, W) class probabilities.

    Returns:
        (N, K, H, W), >= 0; its sum over K is the entropy in [0, 1].
    """
    return -probs * torch.log2(probs + 1e-30) / math.log2(probs.shape[1])
