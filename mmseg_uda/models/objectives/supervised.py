"""Cross-entropy against labels."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.models.losses import cross_entropy_map, mean_over_valid
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective

AVERAGES = ("valid", "all")


@OBJECTIVES.register_module()
class Supervised(BaseObjective):
    r"""Cross-entropy on the labels of a view: ground truth, pseudo or mixed alike.

    .. math:: L_{seg}(x_s) = -\sum_{h,w} \sum_c y^{hwc} \log H(G(x_s))^{hwc}

    LCDA paper, Eq. 4 (ground truth) and Eq. 6 (pseudo-labels), as a mean.

    Args:
        on: View whose labels and predictions are compared.
        average: ``'valid'`` divides by the labelled pixels (of all ranks), the usual
            cross-entropy; ``'all'`` divides by all pixels, so an ignored pixel counts
            as a zero, as RPLUE's and hence LCRF's code does. Without ignored pixels
            they are equal.
        **common: Arguments of :class:`BaseObjective`. A ``weight`` multiplies the loss
            per pixel, and the average is *not* divided by the sum of weights (LCDA
            paper, Eq. 8).

    Raises:
        ValueError: If ``average`` is unknown, or in training if the view has no labels.
    """

    def __init__(
        self, on: str = "source", average: str = "valid", **common: object
    ) -> None:
        super().__init__(**common)
        if average not in AVERAGES:
            raise ValueError(
                f"unknown average {average!r}, choose one of: {', '.join(AVERAGES)}"
            )
        self.on = on
        self.average = average

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """Cross-entropy per pixel, (N, H, W), 0 where the label is 255."""
        labels = self._labels(step)
        return cross_entropy_map(step.view(self.on).log_probs(seg_head), labels)

    def reduce(self, pixel_loss: Tensor, step: Step) -> Tensor:
        """Average over the labelled or over all pixels."""
        if self.average == "all":
            return pixel_loss.mean()
        return mean_over_valid(pixel_loss, self._labels(step))

    def views(self) -> list[str]:
        """The labelled view."""
        return [self.on]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return f"CE( p_{seg_head}(x_{self.on}), y_{self.on} )"

    def _labels(self, step: Step) -> Tensor:
        labels = step.view(self.on).labels
        if labels is None:
            raise ValueError(
                f"the supervised objective looks at view {self.on!r}, whose images have "
                "no labels. Use a labelled data set for its domain (pseudo-labels are "
                "labels too), or point `on` at another view."
            )
        return labels
