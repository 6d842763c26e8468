"""The rule of one threshold for all classes."""

from numbers import Real

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .selection_rule import DROPPED, SelectionRule


@RULES.register_module()
class GlobalThreshold(SelectionRule):
    r"""Keeps the pixels whose confidence reaches one threshold.

    .. math:: \hat y = \arg\max_c p_c \text{ if } \max_c p_c \ge t, \text{ else } 255

    The LCDA paper's "+Pseudo" row speaks of "a manual threshold" and gives no value;
    the default is that of the public code of MRNet for SYNTHIA (there 3.6 on a sum
    of four predictions).

    Args:
        threshold: Lowest confidence that is kept, a probability in [0, 1].

    Raises:
        ValueError: If ``threshold`` is no number in [0, 1].
    """

    def __init__(self, threshold: float = 0.9) -> None:
        if not isinstance(threshold, Real) or not 0.0 <= threshold <= 1.0:
            raise ValueError(
                f"threshold must be a probability in [0, 1], got {threshold!r} (to "
                "keep everything use dict(type='KeepAll'))"
            )
        self.threshold = float(threshold)

    def settings(self) -> dict:
        """Return type and threshold."""
        return {"type": "GlobalThreshold", "threshold": self.threshold}

    def equation(self) -> str:
        """Write the rule as an equation."""
        return f"y_target = argmax_c p_c if max_c p_c >= {self.threshold:g}, else none"

    def thresholds(self) -> float:
        """Return the threshold."""
        return self.threshold

    def apply(self, probs: Tensor) -> Tensor:
        """Label the confident pixels: (K, H, W) -> (H, W), uint8."""
        confidence, labels = probs.max(0)
        labels = labels.to(torch.uint8)
        return labels.masked_fill(confidence < self.threshold, DROPPED)
