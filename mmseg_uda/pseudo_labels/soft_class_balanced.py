"""Class-balanced soft labels."""

from numbers import Real

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .class_balanced import ClassBalanced
from .selection_rule import DROPPED


@RULES.register_module()
class SoftClassBalanced(ClassBalanced):
    r"""Soft labels of CRST's label entropy regulariser (LRENT).

    .. math::
        \hat y_c = \frac{(p_c / t_c)^{1/\alpha}}{\sum_k (p_k / t_k)^{1/\alpha}},
        \quad\text{kept if}\quad
        \sum_c \hat y_c \, (\alpha \log \hat y_c - \log p_c + \log t_c) < 0

    "Confidence Regularized Self-Training" (Zou et al.): what minimises cross-entropy
    minus ``alpha`` times the entropy of the label, with the thresholds of
    :class:`ClassBalanced`. The condition is that keeping the pixel costs less than
    dropping it; with the label put in, it says that the sum in the denominator is
    larger than 1. As alpha goes to 0 both become the hard rule.

    Args:
        portion: See :class:`ClassBalanced`.
        alpha: Strength of the regulariser, > 0. CRST: 0.25.
        sample_every: See :class:`ClassBalanced`.

    Raises:
        ValueError: If an argument is out of range.
    """

    soft = True

    def __init__(
        self, portion: float = 0.2, alpha: float = 0.25, sample_every: int = 4
    ) -> None:
        super().__init__(portion, sample_every)
        if not isinstance(alpha, Real) or not alpha > 0:
            raise ValueError(
                f"alpha must be a number > 0, got {alpha!r} (for hard labels use "
                "dict(type='ClassBalanced'))"
            )
        self.alpha = float(alpha)

    def settings(self) -> dict:
        """Return type and arguments."""
        return {**super().settings(), "alpha": self.alpha}

    def equation(self) -> str:
        """Write the rule as an equation."""
        power = f"^(1/{self.alpha:g})"
        return (
            f"y_target_c = (p_c / t_c){power} / sum_k (p_k / t_k){power} if "
            f"sum_k (p_k / t_k){power} > 1, else none;  {self._threshold_text('p_c')}"
        )

    def apply(self, probs: Tensor) -> Tensor:
        """Return the most probable class of the soft label where it is kept."""
        scores = self._scores(probs)
        labels = scores.argmax(0).to(torch.uint8)
        return labels.masked_fill(scores.logsumexp(0) <= 0, DROPPED)

    def soft_labels(self, probs: Tensor) -> Tensor:
        """Return the soft label of every pixel, (K, H, W), summing to 1 over K."""
        return self._scores(probs).softmax(0)

    def _scores(self, probs: Tensor) -> Tensor:
        """Return log (p_c / t_c) / alpha, in float64: alpha blows small errors up."""
        probs = probs.double()
        return (probs.log() - self.by_channel(probs).log()) / self.alpha
