"""Cross-entropy of a region head against labels of patches."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.models.losses import IGNORE_INDEX, cross_entropy_map, mean_by_weight
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class RegionClassification(BaseObjective):
    r"""A head tells the kind of each patch of a view.

    .. math:: L_d = -\sum_{i,j} \sum_r \Gamma(Y_s)^{ijr} \log F_s^{ijr},\quad
        F_s = \mathrm{softmax}(H(p(x_s)))

    "Domain Adaptation for Structured Output via Discriminative Patch Representations"
    (Tsai et al.), as a mean over the patches that have a kind (of all ranks). Gradient
    reaches the region head and, through the class probabilities, the segmentor.

    Args:
        head: Entry of ``model.heads`` that tells the kinds, a :class:`RegionHead`.
        labels: ``name`` of the :class:`LabelRegions` that labels the patches.
        on: View whose patches are told.
        **common: Arguments of :class:`BaseObjective`.

    Raises:
        ValueError: In training, if the view has no labels of patches, or they and the
            head disagree on their number.
    """

    average = "valid"

    def __init__(
        self, head: str, labels: str, on: str = "source", **common: object
    ) -> None:
        super().__init__(**common)
        self.head = head
        self.labels = labels
        self.on = on

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """Cross-entropy per patch, (N, I, J), 0 where it is ignored."""
        logits = step.region_logits(self.head, self.on, seg_head)
        labels = self._labels(step, logits)
        return cross_entropy_map(F.log_softmax(logits.float(), dim=1), labels)

    def reduce(self, pixel_loss: Tensor, step: Step) -> Tensor:
        """Average over the patches that have a kind."""
        labels = step.view(self.on).region_labels(self.labels)
        return mean_by_weight(pixel_loss, (labels != IGNORE_INDEX).float())

    def views(self) -> list[str]:
        """The labelled view."""
        return [self.on]

    def head_names(self) -> list[str]:
        """The region head."""
        return [self.head]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        told = f"softmax({self.head}(p_{seg_head}(x_{self.on})))"
        return f"CE( {told}, {self.labels}(y_{self.on}) )"

    def _labels(self, step: Step, logits: Tensor) -> Tensor:
        labels = step.view(self.on).region_labels(self.labels)
        if labels is None:
            raise ValueError(
                f"RegionClassification looks for patches labelled {self.labels!r} in "
                f"view {self.on!r}, which has none: end the pipeline of its domain "
                f"with dict(type='LabelRegions', name={self.labels!r}), and make them "
                "with a RegionLabelStage of that name"
            )
        if labels.shape[1:] != logits.shape[2:]:
            raise ValueError(
                f"patches labelled {self.labels!r} are {tuple(labels.shape[1:])}, head "
                f"{self.head!r} tells {tuple(logits.shape[2:])} of them (rows, "
                "columns): give head and rule the same patch_size"
            )
        return labels
