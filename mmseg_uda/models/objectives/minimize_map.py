"""A map as a loss of its own."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class MinimizeMap(BaseObjective):
    r"""The mean of a map: :math:`\lambda_1 L_{lip}` of Eq. 5 of the LCDA paper, say.

    Args:
        map: Name of a map in ``model.maps``.
        **common: Arguments of :class:`BaseObjective`.
    """

    def __init__(self, map: str, **common: object) -> None:
        super().__init__(**common)
        self.map = map

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor:
        """The map itself, (N, h, w)."""
        return step.map(self.map, seg_head)

    def maps(self) -> list[str]:
        """The minimised map, and the weight's."""
        return [self.map, *super().maps()]

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return f"{self.map}_{seg_head}"
