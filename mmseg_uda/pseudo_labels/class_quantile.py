"""The rule of one threshold for each class, a quantile of its confidences."""

from numbers import Real

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .class_thresholds import ByClass, ClassThresholds
from .selection_rule import DROPPED
from .top_share import nth_largest


@RULES.register_module()
class ClassQuantile(ClassThresholds):
    r"""Keeps the more confident part of each class, and all that is confident enough.

    .. math::
        \hat y = c = \arg\max_k p_k
        \text{ if } p_c \ge \min(x_{c, [q n_c]}, \text{cap}), \text{ else } 255

    where :math:`x_c` are the :math:`n_c` confidences of the pixels predicted as c,
    sorted upwards and counted from 0. The rule of the public code of FDA (Yang &
    Soatto; q = 0.66, on the mean of three networks) and of BDL (Li et al.; the median,
    q = 0.5). A class that is nowhere predicted gets the threshold 0.

    Thresholds are exact and every pixel takes part: 8 MB on disk for an image of
    Cityscapes at full size, 24 GB for its training set (``sample_every=4``: 6 GB),
    see :class:`ClassThresholds`. [q n] is rounded to the
    nearest whole number, halves to the even one, as there; our choice is that the last
    number is taken where that lies behind it (one pixel and q = 0.66).

    Args:
        quantile: q, in [0, 1]. Without the cap, the share 1 - q of a class is kept.
        cap: Highest threshold, in [0, 1]; what is as confident is always kept.
        sample_every: Take every so many pixels of a class into account, >= 1. As in
            the public code 1; more saves space on disk.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self, quantile: float = 0.66, cap: float = 0.9, sample_every: int = 1
    ) -> None:
        super().__init__(sample_every)
        for name, value in (("quantile", quantile), ("cap", cap)):
            if not isinstance(value, Real) or not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must be in [0, 1], got {value!r}")
        self.quantile = float(quantile)
        self.cap = float(cap)

    def settings(self) -> dict:
        """Return type and arguments."""
        return {
            "type": "ClassQuantile",
            "quantile": self.quantile,
            "cap": self.cap,
            "sample_every": self.sample_every,
        }

    def equation(self) -> str:
        """Write the rule as an equation."""
        return (
            f"y_target = c = argmax_k p_k if p_c >= min(t_c, {self.cap:g}), else none;"
            f"  t_c: the {self.quantile:g}-quantile of p_c of the pixels predicted as c"
        )

    def find(self, by_class: ByClass, num_classes: int) -> list[float]:
        """Return the capped quantile of each class, 0 where there is none."""
        found = nth_largest(by_class, num_classes, self._place)
        return [0.0 if value is None else min(value, self.cap) for value in found]

    def apply(self, probs: Tensor) -> Tensor:
        """Label the pixels that reach their class's threshold: (K, H, W) -> (H, W)."""
        confidence, labels = probs.max(0)
        needed = self.by_channel(probs).flatten()[labels]
        return labels.to(torch.uint8).masked_fill(confidence < needed, DROPPED)

    def _place(self, count: int) -> int:
        """Return the place from the top, from 1, of the number at [q n] upwards."""
        return max(count - round(count * self.quantile), min(count, 1))
