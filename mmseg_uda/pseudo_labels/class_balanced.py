"""The rule of one threshold for each class, by a share of its pixels."""

from numbers import Real

import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .class_thresholds import ByClass, ClassThresholds
from .selection_rule import DROPPED
from .top_share import top_share


@RULES.register_module()
class ClassBalanced(ClassThresholds):
    r"""Keeps the same share of every class, the pixels most confident for it.

    .. math::
        \hat y = \arg\max_c \frac{p_c}{t_c} \text{ if } \max_c \frac{p_c}{t_c} \ge 1,
        \text{ else } 255

    "Unsupervised Domain Adaptation for Semantic Segmentation via Class-Balanced
    Self-Training" (Zou et al.; there :math:`t_c = e^{-k_c}`), and what CRST's model
    regularisers (MRL2, MRENT, MRKLD) learn from too. :math:`t_c` is the confidence
    that the share ``portion`` of the pixels predicted as c reaches: of their n
    confidences, sorted downwards, the one at place floor(n * portion). Note that the
    label is the argmax of the *weighted* probabilities, which favours rare classes, so
    that more or less than the portion may be kept in the end.

    Thresholds are exact. As in the released code, every fourth pixel of a class (of
    each image, row by row) takes part, and a class that nothing is left of gets the
    threshold 1. On disk that takes 2 MB for an image of Cityscapes, see
    :class:`ClassThresholds`.

    Args:
        portion: Share of the pixels of a class to keep, in (0, 1]. CRST: 0.2 in the
            first round, 0.05 more in each that follows, at most 0.5.
        sample_every: Take every so many pixels of a class into account, >= 1.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, portion: float = 0.2, sample_every: int = 4) -> None:
        super().__init__(sample_every)
        if not isinstance(portion, Real) or not 0.0 < portion <= 1.0:
            raise ValueError(
                f"portion must be a share in (0, 1], got {portion!r} (to keep "
                "everything use dict(type='KeepAll'))"
            )
        self.portion = float(portion)
        #: Threshold of a class that is nowhere predicted.
        self.nowhere = 1.0

    def settings(self) -> dict:
        """Return type and arguments."""
        return {
            "type": type(self).__name__,
            "portion": self.portion,
            "sample_every": self.sample_every,
        }

    def equation(self) -> str:
        """Write the rule as an equation."""
        return (
            "y_target = argmax_c p_c / t_c if max_c p_c / t_c >= 1, else none;  "
            + self._threshold_text("p_c")
        )

    def _threshold_text(self, score: str) -> str:
        share = f"{100 * self.portion:g} %"
        return f"t_c: the {score} that {share} of the pixels predicted as c reach"

    def find(self, by_class: ByClass, num_classes: int) -> list[float]:
        """Return what the share of each class reaches; ``nowhere`` without pixels."""
        found = top_share(by_class, num_classes, self.portion)
        return [self.nowhere if value is None else value for value in found]

    def apply(self, probs: Tensor) -> Tensor:
        """Label the pixels that reach a threshold: (K, H, W) -> (H, W), uint8."""
        ratio, labels = (probs / self.by_channel(probs)).max(0)
        return labels.to(torch.uint8).masked_fill(ratio < 1, DROPPED)
