"""Entropy of a prediction under a penalty that spares the unsure."""

from __future__ import annotations

import math

from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap

SIZES = ("features", "image")
_EPS = 1e-8


@MAPS.register_module()
class RobustEntropyMap(BaseMap):
    r"""Normalised entropy under a Charbonnier penalty, "FDA" (Yang & Soatto).

    .. math:: \rho(E_{hw}),\quad \rho(x) = (x^2 + 10^{-8})^{\eta},\quad
        E_{hw} = - \frac{1}{\log K} \sum_c p_c \log p_c

    For eta > 0.5 pixels of high entropy are pushed harder than those of low entropy,
    which plain entropy minimisation does the other way round.

    Args:
        on: View to compute it on.
        eta: Exponent, > 0. The public code's 2.0.
        at: ``'features'``, as in the public code, takes the softmax where the head
            gives its logits (stride 8 in DeepLab-v2); ``'image'`` takes it of the
            up-sampled logits, as :class:`EntropyMap` does.

    Shape:
        - Output: (N, h, w), in [0, 1 + 1e-8] to the power of eta, differentiable.

    Raises:
        ValueError: If ``eta`` is not positive or ``at`` is unknown.
    """

    def __init__(
        self, on: str = "target", eta: float = 2.0, at: str = "features"
    ) -> None:
        super().__init__(on)
        if not eta > 0:
            raise ValueError(f"eta must be larger than 0, got {eta}")
        check_choice("at", at, SIZES)
        self.eta = eta
        self.at = at

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, h, w)."""
        view = step.view(self.on)
        if self.at == "image":
            log_probs = view.log_probs(seg_head)
        else:
            logits = at_least_float32(view.coarse_logits(seg_head))
            log_probs = logits.log_softmax(dim=1)
        entropy = -(log_probs.exp() * log_probs).sum(dim=1)
        entropy = entropy / math.log(log_probs.shape[1])
        return (entropy.square() + _EPS) ** self.eta

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        where = ", p before up-sampling" if self.at == "features" else ""
        return (
            f"(E^2 + 1e-8)^{self.eta:g},  E = entropy( p_{seg_head}(x_{self.on}) ) / "
            f"log K{where}"
        )
