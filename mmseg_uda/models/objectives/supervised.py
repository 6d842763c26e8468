"""Cross-entropy against labels."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.models.losses import (
    IGNORE_INDEX,
    ClassBalance,
    focal_map,
    hardest,
    mean_by_weight,
)
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.utils.options import from_options
from mmseg_uda.utils.suggestions import check_choice

from .base_objective import BaseObjective

AVERAGES = ("valid", "all")


@OBJECTIVES.register_module()
class Supervised(BaseObjective):
    r"""Cross-entropy on the labels of a view: ground truth, pseudo or mixed alike.

    .. math:: L_{seg}(x_s) = -\sum_{h,w} \sum_c y^{hwc} \log H(G(x_s))^{hwc}

    LCDA paper, Eq. 4 (ground truth) and Eq. 6 (pseudo-labels), as a mean.

    Args:
        on: View whose labels and predictions are compared.
        average: ``'valid'`` divides by the labelled pixels (of all ranks), or by the
            sum of their class weights, the usual cross-entropy; ``'all'`` divides by
            all pixels, so an ignored pixel counts as a zero, as in RPLUE's code and in
            the sum of LCRF's Eq. 8 (its configs take 'valid'). Without ignored pixels
            and class weights they are equal.
        class_balance: Arguments of :class:`ClassBalance` to weight rare classes, as
            MRNet's released command does and its text does not; None for no weights.
        keep_hardest: Share of the pixels, in (0, 1], with the largest loss that count;
            the others are ignored. MRNet's released command keeps 0.2.
        focal_gamma: Exponent of the focal loss (CLAN's released code: 2), which is
            bounded as there, see :func:`focal_map`; 0 is the cross-entropy.
        **common: Arguments of :class:`BaseObjective`. A ``weight`` multiplies the loss
            per pixel, and the average is *not* divided by the sum of weights (LCDA
            paper, Eq. 8).

    Raises:
        ValueError: If an option is out of range, or in training if the view has no
            labels.
    """

    def __init__(
        self,
        on: str = "source",
        average: str = "valid",
        class_balance: dict | None = None,
        keep_hardest: float = 1.0,
        focal_gamma: float = 0.0,
        **common: object,
    ) -> None:
        super().__init__(**common)
        check_choice("average", average, AVERAGES)
        if not 0 < keep_hardest <= 1:
            raise ValueError(f"keep_hardest must be in (0, 1], got {keep_hardest}")
        if not focal_gamma >= 0:
            raise ValueError(f"focal_gamma must be >= 0, got {focal_gamma}")
        self.on = on
        self.average = average
        self.class_balance = (
            None
            if class_balance is None
            else from_options(ClassBalance, "class_balance", class_balance)
        )
        self.keep_hardest = keep_hardest
        self.focal_gamma = focal_gamma

    def value(self, step: Step, seg_head: str) -> Tensor:
        """Mean of the weighted cross-entropy of one head, a scalar."""
        pixel_loss = self.pixel_loss(step, seg_head)
        counts = self._pixel_counts(step)
        pixel_loss = pixel_loss * counts
        if self.keep_hardest < 1:
            kept = hardest(pixel_loss.detach(), self.keep_hardest)
            pixel_loss, counts = pixel_loss * kept, counts * kept
        weighted = self._weighted(step, seg_head, pixel_loss)
        if self.average == "all":
            return weighted.mean()
        return mean_by_weight(weighted, counts)

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """Cross-entropy or focal loss per pixel, (N, H, W), 0 for the label 255."""
        log_probs = step.view(self.on).log_probs(seg_head)
        return focal_map(log_probs, self.pixel_labels(step), self.focal_gamma)

    def pixel_labels(self, step: Step) -> Tensor:
        """Labels of the view, (N, H, W)."""
        labels = step.view(self.on).labels
        if labels is None:
            raise ValueError(
                f"the supervised objective looks at view {self.on!r}, whose images "
                "have no labels. Use a labelled data set for its domain (pseudo-labels "
                "are labels too), or point `on` at another view."
            )
        return labels

    def views(self) -> list[str]:
        """The labelled view."""
        return [self.on]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        name = f"focal_{self.focal_gamma:g}" if self.focal_gamma else "CE"
        text = f"{name}( p_{seg_head}(x_{self.on}), y_{self.on} )"
        if self.class_balance is not None:
            text = f"class_balance(y_{self.on}) * {text}"
        if self.keep_hardest < 1:
            text = f"hardest {100 * self.keep_hardest:g}% of {text}"
        return text

    def _pixel_counts(self, step: Step) -> Tensor:
        """What each pixel counts, (N, H, W): 0 where ignored, else its class weight."""
        valid = self._valid(step)
        if self.class_balance is None:
            return valid
        labels = self.pixel_labels(step)
        weights = step.once(self, lambda: self.class_balance(labels))
        return weights[labels.clamp(max=len(weights) - 1)] * valid

    def _valid(self, step: Step) -> Tensor:
        """1 where a pixel has a label, else 0, (N, H, W)."""
        return (self.pixel_labels(step) != IGNORE_INDEX).float()
