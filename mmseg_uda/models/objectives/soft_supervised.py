"""Cross-entropy against soft labels."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.models.losses import soft_cross_entropy_map
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .supervised import Supervised


@OBJECTIVES.register_module()
class SoftSupervised(Supervised):
    r"""Cross-entropy on the soft labels of a view: CRST's label regulariser.

    .. math:: L(x_t) = -\sum_{h,w} \sum_c \hat y^{hwc} \log p^{hwc}

    "Confidence Regularized Self-Training" (Zou et al.), as a mean over the pixels that
    have a label; the soft labels are those of the rule ``SoftClassBalanced``.

    Args:
        **common: Arguments of :class:`Supervised`. Class weights go by the hard label.

    Raises:
        ValueError: If ``focal_gamma`` is not 0; in training, if the view has no soft
            labels, or of other size.
    """

    def __init__(self, **common: object) -> None:
        super().__init__(**common)
        if self.focal_gamma:
            raise ValueError(
                "SoftSupervised is a cross-entropy and takes no focal_gamma, got "
                f"{self.focal_gamma}: leave it out"
            )

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """Cross-entropy per pixel, (N, H, W), 0 where the hard label is 255."""
        log_probs = step.view(self.on).log_probs(seg_head)
        loss = soft_cross_entropy_map(log_probs, self._soft_labels(step, log_probs))
        return loss * self._valid(step)

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return super().equation(seg_head).replace("CE(", "soft CE(", 1)

    def _soft_labels(self, step: Step, log_probs: Tensor) -> Tensor:
        soft = step.view(self.on).soft_labels
        if soft is None:
            raise ValueError(
                f"SoftSupervised looks at view {self.on!r}, whose images have no soft "
                "labels: load them (PseudoLabelledDataset(soft=True), LoadSoftLabels, "
                "PackSoftLabels), or learn from hard labels with Supervised."
            )
        if soft.shape != log_probs.shape:
            raise ValueError(
                f"soft labels of view {self.on!r} are {tuple(soft.shape)}, its "
                f"predictions {tuple(log_probs.shape)} (N, K, H, W). They must have "
                "the network's classes, and batches must not be padded: end the "
                "pipeline with a crop or a Resize to a fixed size."
            )
        return soft
