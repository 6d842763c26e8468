"""How unsure a prediction is of its own class."""

from __future__ import annotations

from torch import Tensor

from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step
from mmseg_uda.structures.view import FUSED
from mmseg_uda.utils.suggestions import check_choice

from .base_map import BaseMap

PREDICTIONS = ("own", FUSED)


@MAPS.register_module()
class NegLogConfidenceMap(BaseMap):
    r"""Negative log-probability of the predicted class; our extension.

    .. math:: M_{hw} = - \log \max_c p_c

    Linked by ``'exp_neg'`` it is the confidence :math:`\max_c p_c` as a weight, which
    the LCDA paper shows beside the Lipschitz weight (Fig. 5). In a
    :class:`CombinedMap` with ``how='sum'`` it multiplies another map's weight.

    Args:
        on: View to compute it on.
        prediction: Whose confidence: ``'own'``, that of the segmentation head that the
            map is asked for, or ``'fused'``, that of decode + w * aux for every head.
            With the latter the weight belongs to the prediction that pseudo-labels are
            made of.
        detach: Stop the gradient. A weight that is not detached teaches the network to
            be less sure where the weighted loss is large.

    Shape:
        - Output: (N, H, W), in [0, log K] nats, differentiable unless ``detach``.

    Raises:
        ValueError: If ``prediction`` is unknown.
    """

    takes_fused = True

    def __init__(
        self, on: str = "target", prediction: str = "own", detach: bool = False
    ) -> None:
        super().__init__(on)
        check_choice("prediction", prediction, PREDICTIONS)
        self.prediction = prediction
        self.detach = detach

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, H, W)."""
        log_probs = step.view(self.on).log_probs(self._whose(seg_head))
        values = -log_probs.max(dim=1).values
        return values.detach() if self.detach else values

    def equation(self, seg_head: str) -> str:
        """The map as a formula."""
        text = f"-log max_c p_{self._whose(seg_head)}(x_{self.on})"
        return f"stop_grad[{text}]" if self.detach else text

    def _whose(self, seg_head: str) -> str:
        return FUSED if self.prediction == FUSED else seg_head
