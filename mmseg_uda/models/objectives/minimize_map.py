"""A map as a loss of its own."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.models.losses import IGNORE_INDEX, mean_by_weight
from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class MinimizeMap(BaseObjective):
    r"""The mean of a map: :math:`\lambda_1 L_{lip}` of Eq. 5 of the LCDA paper, say.

    Args:
        map: Name of a map in ``model.maps``.
        labelled_in: Name of a view; only pixels that have a label there count, and the
            mean is over them (of all ranks). None: all pixels count.
        **common: Arguments of :class:`BaseObjective`.

    Raises:
        ValueError: In training, if pixels with a label are asked for and there are no
            labels, or the map is not of their size.
    """

    def __init__(
        self, map: str, labelled_in: str | None = None, **common: object
    ) -> None:
        super().__init__(**common)
        self.map = map
        self.labelled_in = labelled_in
        self.average = "all" if labelled_in is None else "valid"

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """The map itself, (N, h, w)."""
        return step.map(self.map, seg_head)

    def reduce(self, pixel_loss: Tensor, step: Step) -> Tensor:
        """Average over all pixels, or those that have a label."""
        if self.labelled_in is None:
            return super().reduce(pixel_loss, step)
        labels = step.view(self.labelled_in).labels
        if labels is None or labels.shape != pixel_loss.shape:
            raise ValueError(
                f"map {self.map!r} is to be averaged where view {self.labelled_in!r} "
                f"has labels; the map is {tuple(pixel_loss.shape)} (N, h, w), the "
                f"labels are {labels if labels is None else tuple(labels.shape)}. Name "
                "the labelled view that the map is computed on."
            )
        counts = (labels != IGNORE_INDEX).to(pixel_loss.dtype)
        return mean_by_weight(pixel_loss * counts, counts)

    def views(self) -> list[str]:
        """The view whose labels say which pixels count."""
        return [] if self.labelled_in is None else [self.labelled_in]

    def maps(self) -> list[str]:
        """The minimised map, and the weight's."""
        return [self.map, *super().maps()]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return f"{self.map}_{seg_head}"
