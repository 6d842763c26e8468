"""Several maps in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mmseg_uda.layers import resize_map
from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap

HOW: dict[str, Callable[[Tensor], Tensor]] = {
    "product": lambda stacked: stacked.prod(dim=0),
    "mean": lambda stacked: stacked.mean(dim=0),
    "sum": lambda stacked: stacked.sum(dim=0),
}


@MAPS.register_module()
class CombinedMap(BaseMap):
    r"""The product, the mean or the sum of other maps, on the finest of their grids.

    ``'product'`` is the multi-level consistency map of the MLAN paper, Eq. 11,
    :math:`M_{multi} = M_{region} \times M_{image}`, with the coarser up-sampled;
    ``'mean'`` joins the maps of its three region levels (our choice, the paper does not
    say how). ``'sum'`` is our extension: linked by ``'exp_neg'``, a sum of maps is the
    product of their weights, such as :math:`e^{-L_{lip}} \cdot \max_c p_c` of a
    :class:`LipschitzMap` and a :class:`NegLogConfidenceMap`. Up-sampling is bilinear
    with align_corners=False.

    Args:
        maps: Names of other maps of ``model.maps``; a single one is that map itself.
        how: ``'product'``, ``'mean'`` or ``'sum'``.

    Shape:
        - Output: (N, h, w) of the map with the most rows and columns; gradient flows
          into every map.

    Raises:
        ValueError: If no list of maps is given, or ``how`` is unknown.
    """

    takes_fused = True

    def __init__(self, maps: Sequence[str], how: str) -> None:
        super().__init__()
        if not isinstance(maps, list | tuple) or not maps:
            raise ValueError(f"CombinedMap needs a list of maps, got {maps!r}")
        check_choice("how", how, HOW)
        self.names = tuple(maps)
        self.how = how

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, h, w)."""
        values = [step.map(name, seg_head) for name in self.names]
        size = [max(value.shape[axis] for value in values) for axis in (1, 2)]
        return HOW[self.how](torch.stack([resize_map(value, size) for value in values]))

    def views(self) -> list[str]:
        """None of its own."""
        return []

    def maps(self) -> list[str]:
        """The maps that are combined."""
        return list(self.names)

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        names = [f"{name}_{seg_head}" for name in self.names]
        return f"{self.how}( {', '.join(names)} )"
