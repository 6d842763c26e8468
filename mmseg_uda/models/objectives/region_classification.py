"""Cross-entropy of a region head against labels of patches."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.models.losses import IGNORE_INDEX, cross_entropy_map, mean_by_weight
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.structures.seen import SEES, seen_equation
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class RegionClassification(BaseObjective):
    r"""A head tells the kind of each patch of a view.

    .. math:: L = -\sum_{i,j} \sum_n y^{ijn} \log p^{ijn},\quad
        p = \mathrm{softmax}(C(s(x)))

    as a mean over the patches that have a kind (of all ranks): L_region of the MLAN
    paper, Eq. 3, where s is the features; and L_d of "Domain Adaptation for Structured
    Output via Discriminative Patch Representations" (Tsai et al.), where it is the
    class probabilities. Gradient reaches the region head and, through what it sees, the
    segmentor.

    Args:
        head: Entry of ``model.heads`` that tells the kinds: a
            :class:`DilatedRegionHead` of features, a :class:`RegionHead` of
            probabilities.
        labels: Name of the region labels: ``name`` of the transform that makes them.
        on: View whose patches are told.
        sees: What the head sees: ``'softmax'`` or ``'feature'``.
        head_only: Whether only the head learns, and the segmentor gets no gradient.
        **common: Arguments of :class:`BaseObjective`.

    Raises:
        ValueError: If ``sees`` is unknown; in training, if the view has no labels of
            patches, or they and the head disagree on their number.
    """

    average = "valid"

    def __init__(
        self,
        head: str,
        labels: str,
        on: str = "source",
        sees: str = "softmax",
        head_only: bool = False,
        **common: object,
    ) -> None:
        super().__init__(**common)
        check_choice("sees", sees, SEES)
        self.head = head
        self.labels = labels
        self.on = on
        self.sees = sees
        self.routing = "head_only" if head_only else "plain"

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """Cross-entropy per patch, (N, I, J), 0 where it is ignored."""
        logits = step.region_logits(
            self.head, self.on, seg_head, self.sees, self.routing
        )
        labels = self._labels(step, logits)
        return cross_entropy_map(F.log_softmax(at_least_float32(logits), dim=1), labels)

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
        shown = seen_equation(self.on, seg_head, self.sees)
        if self.routing == "head_only":
            shown = f"stop_grad[{shown}]"
        told = f"softmax({self.head}({shown}))"
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
