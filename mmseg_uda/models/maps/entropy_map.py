"""Entropy of a prediction."""

from __future__ import annotations

import math

from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step

from .base_map import BaseMap


@MAPS.register_module()
class EntropyMap(BaseMap):
    r"""Normalised entropy of the prediction, ADVENT (Vu et al.), Eq. 2.

    .. math:: E_{hw} = - \frac{1}{\log K} \sum_c p_c \log p_c

    Args:
        on: View to compute it on.

    Shape:
        - Output: (N, H, W), in [0, 1], differentiable.
    """

    takes_fused = True

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, H, W)."""
        log_probs = step.view(self.on).log_probs(seg_head)
        entropy = -(log_probs.exp() * log_probs).sum(dim=1)
        return entropy / math.log(log_probs.shape[1])

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        return f"entropy( p_{seg_head}(x_{self.on}) ) / log K"
