"""What the predictions on images without labels tell of a network.

Each score is in [0, 1] and the higher, the better a network is believed to be.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

_TINY = 1e-12


def certainty(probabilities: Tensor) -> Tensor:
    r"""Return one minus the entropy of every pixel, in units of its largest value.

    .. math:: 1 - \frac{H(p)}{\log K}, \qquad H(p) = -\sum_c p_c \log p_c

    Args:
        probabilities: (K, ...), summing to 1 over the first axis, K > 1.

    Returns:
        (...), in [0, 1].
    """
    return 1 - _entropy(probabilities) / math.log(len(probabilities))


def information_maximisation(mean: Tensor, mean_certainty: Tensor) -> Tensor:
    r"""Return how certain predictions are and how diverse, together.

    .. math:: \frac{H(\bar p) - \overline{H(p)}}{\log K}

    the mutual information of pixel and class ("IM" of SHOT, Liang et al. 2020). A
    network that calls everything one class has 0.

    Args:
        mean: Mean of the probabilities over all pixels, (K,).
        mean_certainty: Mean of :func:`certainty` over the same.

    Returns:
        A scalar in [0, 1].
    """
    diversity = _entropy(mean) / math.log(len(mean))
    return diversity - (1 - mean_certainty)


def soft_neighbourhood_density(
    probabilities: Tensor, temperature: float = 0.05
) -> Tensor:
    r"""Return how many neighbours pixels have in the space of predictions.

    .. math:: S_{ij} = \frac{p_i \cdot p_j}{|p_i| |p_j|}, \quad
        P_{ij} = \frac{e^{S_{ij} / \tau}}{\sum_{k \neq i} e^{S_{ik} / \tau}}, \quad
        \frac{1}{N \log (N - 1)} \sum_i H(P_i)

    as of Saito et al., "Tune it the Right Way" (ICCV 2021), divided by its largest
    value. It is high where predictions form dense clusters, and highest where all are
    the same: read it beside :func:`information_maximisation`.

    Args:
        probabilities: Of N > 2 pixels, (K, N).
        temperature: tau.

    Returns:
        A scalar in [0, 1].
    """
    points = F.normalize(probabilities.T, dim=1)
    number = len(points)
    similarity = points @ points.T / temperature
    similarity.fill_diagonal_(-torch.inf)
    neighbours = similarity.softmax(dim=1)
    return _entropy(neighbours.T).mean() / math.log(number - 1)


def _entropy(probabilities: Tensor) -> Tensor:
    """Return the entropy over the first axis, in nats."""
    return -(probabilities * probabilities.clamp_min(_TINY).log()).sum(0)
