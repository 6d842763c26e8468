"""Two views of which the segmentor should think the same."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.structures.view import FUSED
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_objective import BaseObjective

SIZES = ("features", "image")


@OBJECTIVES.register_module()
class SemanticConsistency(BaseObjective):
    r"""The squared difference of the normalised logits of two views.

    .. math:: \ell_{hw} = \tfrac1K \sum_k (\hat z_k(u) - \hat z_k(v))_{hw}^2

    where :math:`\hat z` are logits of which instance norm (no scale, no
    shift) has taken mean and spread out, image by image and class by class. It is the
    perceptual loss of BDL ("Bidirectional Learning for Domain Adaptation of Semantic
    Segmentation", Li et al.): a translated image keeps what the segmentor sees in it.
    Gradient reaches both views and the segmentor, unless that is frozen; as a
    perceptual loss it has to be, or it would learn to see the same everywhere.

    Args:
        on: Name of the translated view.
        of: Name of the view with the original images, of the same size.
        at: ``'features'``, as in BDL's public code, compares the logits where the head
            gives them (stride 8 in DeepLab-v2); ``'image'`` the up-sampled ones.
        **common: Arguments of :class:`BaseObjective`.

    Raises:
        ValueError: If ``at`` is unknown, or ``'features'`` for the fused prediction,
            which there is at image size alone.
    """

    def __init__(
        self, on: str, of: str, at: str = "features", **common: object
    ) -> None:
        super().__init__(**common)
        check_choice("at", at, SIZES)
        if at == "features" and FUSED in self.loss_weight:
            raise ValueError(
                "at='features' compares the logits of single heads, loss_weight names "
                f"{FUSED!r}: set at='image', or name the heads (decode, aux)"
            )
        self.on = on
        self.of = of
        self.at = at

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """The squared difference, (N, h, w) of the size that ``at`` names, >= 0."""
        one, other = (
            F.instance_norm(self._logits(step, view, seg_head))
            for view in (self.on, self.of)
        )
        return (one - other).square().mean(dim=1)

    def _logits(self, step: Step, view: str, seg_head: str) -> Tensor:
        of = step.view(view)
        small = self.at == "features"
        logits = (of.coarse_logits if small else of.logits)(seg_head)
        return at_least_float32(logits)

    def views(self) -> list[str]:
        """Both views."""
        return [self.on, self.of]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        logits = "coarse_z" if self.at == "features" else "z"
        one, other = (f"norm[{logits}_{seg_head}(x_{v})]" for v in (self.on, self.of))
        return f"( {one} - {other} )^2"
