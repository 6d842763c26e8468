"""Two views that should show the same image."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class ImageReconstruction(BaseObjective):
    r"""The absolute difference of two views' images, pixel by pixel.

    .. math:: \ell_{hw} = \tfrac13 \sum_c |u_{chw} - v_{chw}|

    with images in [-1, 1]. The mean over pixels is the L1 loss of CycleGAN: its cycle
    consistency, where ``on`` is translated there and back, and its identity loss, where
    ``on`` is an image put through the translator to its own domain. Nothing is
    detached.

    Args:
        on: Name of the view that should be like the other.
        of: Name of the view with the original images, of the same size.
        **common: Arguments of :class:`BaseObjective`. The segmentation head that
            ``loss_weight`` names is that of a weight's map.
    """

    def __init__(self, on: str, of: str, **common: object) -> None:
        super().__init__(**common)
        self.on = on
        self.of = of

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """The difference, (N, H, W), in [0, 2]."""
        difference = step.unit_images(self.on) - step.unit_images(self.of)
        return difference.abs().mean(dim=1)

    def views(self) -> list[str]:
        """Both views."""
        return [self.on, self.of]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return f"| x_{self.on} - x_{self.of} |"
