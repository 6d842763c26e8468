"""Two views of which the segmentor should think the same."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class SemanticConsistency(BaseObjective):
    r"""The squared difference of the normalised logits of two views.

    .. math:: \ell_{hw} = \tfrac1K \sum_k (\hat z_k(u) - \hat z_k(v))_{hw}^2

    where :math:`\hat z` are logits at image size, of which instance norm (no scale, no
    shift) has taken mean and spread out, image by image and class by class. It is the
    perceptual loss of BDL ("Bidirectional Learning for Domain Adaptation of Semantic
    Segmentation", Li et al.): a translated image keeps what the segmentor sees in it.
    Gradient reaches both views and the segmentor, unless that is frozen; as a
    perceptual loss it has to be, or it would learn to see the same everywhere.

    Args:
        on: Name of the translated view.
        of: Name of the view with the original images, of the same size.
        **common: Arguments of :class:`BaseObjective`.
    """

    def __init__(self, on: str, of: str, **common: object) -> None:
        super().__init__(**common)
        self.on = on
        self.of = of

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """The squared difference, (N, H, W), >= 0."""
        one, other = (
            F.instance_norm(step.view(view).logits(seg_head).float())
            for view in (self.on, self.of)
        )
        return (one - other).square().mean(dim=1)

    def views(self) -> list[str]:
        """Both views."""
        return [self.on, self.of]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        one, other = (f"norm[z_{seg_head}(x_{v})]" for v in (self.on, self.of))
        return f"( {one} - {other} )^2"
