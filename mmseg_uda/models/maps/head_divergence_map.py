"""Disagreement of two segmentation heads."""

from __future__ import annotations

from torch import Tensor, nn

from mmseg_uda.models.losses import kl_map
from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap

REFERENCES = ("other", "ensemble")


@MAPS.register_module()
class HeadDivergenceMap(BaseMap):
    r"""KL divergence of a segmentation head from a reference prediction.

    .. math:: D_k = \sum_c r_c (\log r_c - \log p_{k,c})

    with :math:`p_k` the probabilities of head k and r those of the reference. The three
    uses in the literature differ only in the arguments:

    ==============================  ==============  ================
    method                          ``reference``   ``detach_reference``
    ==============================  ==============  ================
    MRNet, released code            ``'ensemble'``  True
    MRNet, paper Eq. 5              ``'other'``     False
    RPLUE, code and paper           ``'other'``     False
    ==============================  ==============  ================

    MRNet's paper writes KL(F_a || F_p) + KL(F_p || F_a), which is the sum of this map
    over both heads; its released code teaches both heads by their detached ensemble.
    The default follows the code, with which the published numbers were made.

    Args:
        on: View to compare the heads on.
        reference: ``'other'``, the other head, or ``'ensemble'``, the fused prediction
            softmax(decode + w aux) with the segmentor's ``aux_weight`` w (MRNet: 0.5).
        detach_reference: Stop the gradient through the reference.

    Shape:
        - Output: (N, H, W) at image size, nats, >= 0.

    Raises:
        ValueError: If ``reference`` is unknown.
    """

    def __init__(
        self,
        on: str = "target",
        reference: str = "ensemble",
        detach_reference: bool = True,
    ) -> None:
        super().__init__(on)
        check_choice("reference", reference, REFERENCES)
        self.reference = reference
        self.detach_reference = detach_reference

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute KL(reference || head), (N, H, W)."""
        view = step.view(self.on)
        reference = view.log_probs(self._reference_of(seg_head))
        if self.detach_reference:
            reference = reference.detach()
        return kl_map(reference, view.log_probs(seg_head))

    def extra_seg_heads(self, seg_head: str) -> list[str]:
        """Both heads are needed."""
        return ["aux" if seg_head == "decode" else "decode"]

    def check(self, segmentor: nn.Module) -> None:
        """Refuse an ensemble of one head, from which that head never differs."""
        if self.reference == "ensemble" and getattr(segmentor, "aux_weight", 0.5) == 0:
            raise ValueError(
                "HeadDivergenceMap(reference='ensemble') compares heads with their "
                "ensemble, but the segmentor's aux_weight is 0: its ensemble is the "
                "main head alone, whose divergence from itself is 0. Set aux_weight "
                "(MRNet: 0.5), or reference='other'."
            )

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        reference = f"p_{self._reference_of(seg_head)}(x_{self.on})"
        if self.detach_reference:
            reference = f"stop_grad[{reference}]"
        return f"KL( {reference} || p_{seg_head}(x_{self.on}) )"

    def _reference_of(self, seg_head: str) -> str:
        if self.reference == "ensemble":
            return "fused"
        return "aux" if seg_head == "decode" else "decode"
