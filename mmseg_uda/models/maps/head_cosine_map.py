"""Disagreement of the two segmentation heads as a cosine distance."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step

from .base_map import BaseMap


@MAPS.register_module()
class HeadCosineMap(BaseMap):
    r"""Cosine distance between the predictions of the two heads.

    .. math:: M_{hw} = 1 - \frac{p_1 \cdot p_2}{\|p_1\| \|p_2\|}

    with :math:`p_1, p_2` the class probabilities of the decode and the auxiliary head.
    CLAN (Luo et al.) calls it the local alignment score. The same for every
    segmentation head that it is asked for, also for ``'fused'``.

    Args:
        on: View to compare the heads on.

    Shape:
        - Output: (N, H, W) at image size, in [0, 1], 0 where the heads agree;
          differentiable in both.
    """

    takes_fused = True

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, H, W)."""
        view = step.view(self.on)
        cosine = F.cosine_similarity(view.probs("decode"), view.probs("aux"), dim=1)
        return (1 - cosine).clamp(min=0)

    def extra_seg_heads(self, seg_head: str) -> list[str]:
        """Both heads are needed."""
        return ["decode", "aux"]

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        return f"1 - cos( p_decode(x_{self.on}), p_aux(x_{self.on}) )"
