"""The rule of one threshold for each class, by a quantile with a cap."""

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .class_thresholds import ClassThresholds
from .selection_rule import DROPPED


@RULES.register_module()
class ClassQuantile(ClassThresholds):
    r"""Keeps the predictions that reach their class' quantile, or the cap.

    .. math::
        \hat y = \arg\max_c p_c \text{ if } \max_c p_c \ge t_{\hat y},
        \text{ else } 255, \qquad t_c = \min(v_c[\mathrm{round}(n_c q)],\ \text{cap})

    with :math:`v_c` the confidences of the :math:`n_c` pixels predicted as c, sorted
    upwards, counted from 0. The rule of BDL ("Bidirectional Learning for Domain
    Adaptation of Semantic Segmentation", Li et al.), with the median, and of FDA
    ("FDA: Fourier Domain Adaptation for Semantic Segmentation", Yang and Soatto), with
    0.66. Unlike :class:`ClassBalanced` the label is the plain argmax; a class of which
    the network is sure keeps more than its share, as the cap is below its quantile.

    As in their code, the place is rounded half to even, and the threshold of a class
    without pixels is 0. A place beyond the last one is the last one.

    Args:
        quantile: q, the share of a class' pixels that its threshold is above, in
            [0, 1]. BDL: 0.5. FDA: 0.66.
        cap: Largest threshold, in [0, 1]. Both: 0.9.
        sample_every: Take every so many pixels of a class into account, >= 1. All of
            Cityscapes' training set take 24 GB on disk until the labels are finished.

    Raises:
        ValueError: If an argument is out of range.
    """

    of_an_empty_class = 0.0

    def __init__(
        self, quantile: float = 0.5, cap: float = 0.9, sample_every: int = 1
    ) -> None:
        super().__init__(sample_every)
        for name, value in (("quantile", quantile), ("cap", cap)):
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must be in [0, 1], got {value}")
        self.quantile = float(quantile)
        self.cap = float(cap)

    def rank(self, count: int) -> int:
        """Count the place from the top."""
        return count - min(round(count * self.quantile), count - 1) if count else 0

    def settings(self) -> dict:
        """Return type and arguments."""
        return {**super().settings(), "quantile": self.quantile, "cap": self.cap}

    def thresholds(self) -> dict[str, float]:
        """Return the threshold of each class, capped."""
        return {c: min(v, self.cap) for c, v in super().thresholds().items()}

    def apply(self, probs: Tensor) -> Tensor:
        """Label the pixels that reach a threshold: (K, H, W) -> (H, W), uint8."""
        confidence, labels = probs.max(0)
        needed = self._weights(probs).flatten().clamp(max=self.cap)[labels]
        return labels.to(torch.uint8).masked_fill(confidence < needed, DROPPED)
