"""How unsure a region head is of each patch."""

from __future__ import annotations

import torch.nn.functional as F
from mmengine.dist import all_reduce
from torch import Tensor

from mmseg_uda.models.decay import Decay
from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.structures.seen import FEATURE, SEES, seen_equation
from mmseg_uda.utils.options import from_options
from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap


@MAPS.register_module()
class RegionConsistencyMap(BaseMap):
    r"""Adaptive entropy of region probabilities, MLAN paper, Eq. 4 and 7.

    .. math::
        M_{region}^{ij} = \frac{1}{N} \sum_n \max\{h^{ijn} - R', 0\}, \qquad
        h = -p \log p, \quad R' = \lambda_R \, \mathrm{average}\{h\}

    with p the softmax of a region head over its N kinds, :math:`\lambda_R =
    (1 - i/T)^{0.9}` and the average over all ranks' images, patches and kinds. At first
    only terms above the average count; from T on the map is the entropy over N.

    The paper prints :math:`-\frac{1}{N} \sum_n \max\{p \log p - R(p), 0\}` with
    :math:`R(p) = \lambda_R \, \mathrm{average}\{p \log p\}`. That is :math:`\leq 0`,
    keeps the terms of *low* entropy, and is 0 once :math:`\lambda_R` is, against what
    the text says of it. ``literal=True`` computes it as printed, R not detached and its
    average over this rank only. The default reads the signs such that the map does what
    the text says, with R' detached.

    While p is nearly uniform and :math:`\lambda_R` nearly 1, as at the start, the terms
    above the average are those of the likelier kinds, and to lower them is to make p
    more uniform still. Once p is peaked the gradient is about the entropy's.

    Args:
        head: Entry of ``model.heads`` that tells the kinds of patches.
        on: View whose patches are told.
        sees: What the head sees, ``'feature'`` (MLAN) or ``'softmax'``.
        head_ascends: Whether the head ascends what the features descend when the map
            is minimised: the max-min game of Eq. 5, see :class:`MinimaxMap`.
        decay: Arguments of :class:`Decay`: power and T of :math:`\lambda_R`. None for
            :math:`\lambda_R = 0` from the start.
        literal: See above.

    Shape:
        - Output: (N, I, J), in [0, log(N) / N] nats unless ``literal``, differentiable
          in the features and in the head.

    Raises:
        ValueError: If ``sees`` is unknown, or ``decay`` is no dict of such arguments.
    """

    takes_fused = True

    def __init__(
        self,
        head: str,
        on: str = "target",
        sees: str = FEATURE,
        head_ascends: bool = False,
        decay: dict | None = None,
        literal: bool = False,
    ) -> None:
        super().__init__(on)
        check_choice("sees", sees, SEES)
        self.head = head
        self.sees = sees
        self.head_ascends = head_ascends
        self.decay = None if decay is None else from_options(Decay, "decay", decay)
        self.literal = literal

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, I, J)."""
        routing = "reversed" if self.head_ascends else "plain"
        logits = step.region_logits(self.head, self.on, seg_head, self.sees, routing)
        log_probs = F.log_softmax(at_least_float32(logits), dim=1)
        p_log_p = log_probs.exp() * log_probs
        factor = 0.0 if self.decay is None else self.decay(step.iteration)
        if self.literal:
            return -(p_log_p - factor * p_log_p.mean()).clamp(min=0).mean(dim=1)
        threshold: float | Tensor = 0.0
        if factor:  # ranks need not be in step once it is gone, as in predicting
            average = -p_log_p.detach().mean()
            all_reduce(average, op="mean")
            threshold = factor * average
        return (-p_log_p - threshold).clamp(min=0).mean(dim=1)

    def head_names(self) -> list[str]:
        """The region head."""
        return [self.head]

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        shown = seen_equation(self.on, seg_head, self.sees)
        told = f"p = softmax({self.head}({shown}))"
        factor = "0" if self.decay is None else self.decay.equation()
        if self.literal:
            inner = f"- 1/N sum_n max( p log p - {factor} * average[p log p], 0 )"
        elif self.decay is None:
            inner = "1/N sum_n -p log p"
        else:
            rest = f"stop_grad[{factor} * average[-p log p]]"
            inner = f"1/N sum_n max( -p log p - {rest}, 0 )"
        against = f", which {self.head} ascends" if self.head_ascends else ""
        return f"{inner},  {told}{against}"
