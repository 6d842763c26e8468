"""How sure a prediction is, to be kept small."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap

KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "kld": lambda log_probs: -log_probs.mean(dim=1),
    "entropy": lambda log_probs: (log_probs.exp() * log_probs).sum(dim=1),
    "l2": lambda log_probs: log_probs.exp().square().sum(dim=1),
}
_TEXTS = {
    "kld": "- 1/K sum_c log p_c",
    "entropy": "sum_c p_c log p_c",
    "l2": "sum_c p_c^2",
}


@MAPS.register_module()
class ConfidenceMap(BaseMap):
    r"""CRST's model regularisers: each is least for the uniform prediction.

    =============  ===================================  =================
    ``kind``       map                                  CRST's name
    =============  ===================================  =================
    ``'kld'``      :math:`-\frac{1}{K}\sum_c \log p_c`    MRKLD
    ``'entropy'``  :math:`\sum_c p_c \log p_c`           MRENT
    ``'l2'``       :math:`\sum_c p_c^2`                  MRL2
    =============  ===================================  =================

    "Confidence Regularized Self-Training" (Zou et al.). The first is the divergence of
    the prediction from the uniform distribution, up to the constant log K, and is
    written without it as in the released code.

    Args:
        on: View to compute it on.
        kind: See above.

    Shape:
        - Output: (N, H, W), differentiable; >= log K, in [-log K, 0] and in [1/K, 1]
          respectively, nats.

    Raises:
        ValueError: If ``kind`` is unknown.
    """

    def __init__(self, on: str = "target", kind: str = "kld") -> None:
        super().__init__(on)
        check_choice("ConfidenceMap kind", kind, KINDS)
        self.kind = kind

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, H, W)."""
        return KINDS[self.kind](step.view(self.on).log_probs(seg_head))

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        return f"{_TEXTS[self.kind]},  p = p_{seg_head}(x_{self.on})"
