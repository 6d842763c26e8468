"""Two segmentation heads, driven apart by their weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmseg_uda.registry import OBJECTIVES
from mmseg_uda.structures import Step
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.precision import at_least_float32

from .base_objective import BaseObjective


@OBJECTIVES.register_module()
class WeightDiscrepancy(BaseObjective):
    r"""Cosine of the weights of the two segmentation heads, plus one.

    .. math:: L_{weight} = \frac{w_1 \cdot w_2}{\|w_1\| \|w_2\|} + 1

    CLAN (Luo et al.): two heads that read the same features and have different weights
    look at them from two sides (co-training). :math:`w_k` are all parameters of head k,
    weights and biases, as one vector (our reading of the released code's W5 and W6).

    Args:
        **common: Arguments of :class:`BaseObjective`. A plain ``loss_weight`` is
            enough: the term belongs to both heads and is logged as the main one's. A
            per-pixel ``weight`` makes no sense here.

    Shape:
        - Output: a scalar in [0, 2]; gradient flows to both heads.

    Raises:
        ValueError: If there is a ``weight``, or (when the model is built) the two heads
            are not alike.
    """

    average = "none"

    def __init__(self, **common: object) -> None:
        super().__init__(**common)
        if self.weight is not None:
            raise ValueError(
                "WeightDiscrepancy has no pixels to weight: leave out its `weight`"
            )

    def value(self, step: Step, seg_head: str) -> Tensor:
        """The cosine plus one, a scalar."""
        decode, aux = (
            at_least_float32(torch.cat([p.flatten() for p in head.parameters()]))
            for head in _both(step.segmentor)
        )
        return F.cosine_similarity(decode, aux, dim=0) + 1

    def extra_seg_heads(self) -> list[str]:
        """Both heads are needed."""
        return ["decode", "aux"]

    def check(self, segmentor: nn.Module) -> None:
        """Refuse heads whose parameters cannot be compared one by one."""
        shapes = [[tuple(p.shape) for p in h.parameters()] for h in _both(segmentor)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                "WeightDiscrepancy compares the parameters of decode_head and "
                "auxiliary_head one by one, so the two must be of one architecture and "
                "read features of equal width (CLAN: both read the last stage)."
            )

    def equation(self, seg_head: str) -> str:
        """The loss as a formula."""
        return "cos( W_decode, W_aux ) + 1"


def _both(segmentor: nn.Module) -> tuple[nn.Module, nn.Module]:
    heads = segmentation_heads(segmentor)
    return heads["decode"], heads["aux"]
