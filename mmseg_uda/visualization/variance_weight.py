"""The LCDA paper's variance weight."""

import torch
from torch import Tensor

from .noisy_predictor import NoisyPredictor


@torch.no_grad()
def variance_weight(predictor: NoisyPredictor, draws: int = 20) -> Tensor:
    r"""Probability that noise on the features changes the predicted category.

    .. math::
        V(x)_{hw} = P_r\left[ \arg\max_c H(G(x) + r)^{hwc}
            \ne \arg\max_c H(G(x))^{hwc} \right]
        \approx \frac{1}{n} \sum_{i=1}^{n} \left[ \hat y_{hw}(r_i)
            \ne \hat y_{hw}(0) \right]

    "Unsupervised Adaptive Semantic Segmentation with Local Lipschitz Constraint"
    (Cai, He), Sec. IV-D and Fig. 6, in words. The paper gives neither n nor the noise;
    n = 20 is ours, the noise is that of Eq. 3, see :class:`FeatureNoise`. Of two heads,
    the category is that of the fused prediction, see :class:`NoisyPredictor`.

    The draws are counted one after the other, so memory does not grow with them. The
    standard error is at most 0.5 / sqrt(n), 0.11 for n = 20.

    Args:
        predictor: The image, the model and the noise; entered as a context.
        draws: The number n of draws, >= 1.

    Returns:
        (H, W) float32 in [0, 1] at the image's original size, multiples of 1 / n;
        exactly 0 without noise.

    Raises:
        ValueError: If ``draws`` is below 1.
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    clean = predictor.clean().pred_sem_seg.data[0]
    changed = torch.zeros_like(clean, dtype=torch.int32)
    for _ in range(draws):
        changed += predictor.noisy().pred_sem_seg.data[0] != clean
    return changed.float() / draws
