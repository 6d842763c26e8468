"""The rule of one threshold for each class, by a share of its pixels."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmseg_uda.registry import RULES

from .selection_rule import DROPPED, ReadStatistics, SelectionRule, Statistics
from .top_share import top_share


@RULES.register_module()
class ClassBalanced(SelectionRule):
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
    threshold 1. Until the labels are finished that takes about 4 bytes for every
    fourth pixel on disk, 2 MB for an image of Cityscapes; memory stays flat.

    Args:
        portion: Share of the pixels of a class to keep, in (0, 1]. CRST: 0.2 in the
            first round, 0.05 more in each that follows, at most 0.5.
        sample_every: Take every so many pixels of a class into account, >= 1.

    Raises:
        ValueError: If an argument is out of range.
    """

    needs_statistics = True

    def __init__(self, portion: float = 0.2, sample_every: int = 4) -> None:
        if not 0.0 < portion <= 1.0:
            raise ValueError(
                f"portion must be a share in (0, 1], got {portion} (to keep everything "
                "use dict(type='KeepAll'))"
            )
        if sample_every < 1:
            raise ValueError(f"sample_every must be at least 1, got {sample_every}")
        self.portion = float(portion)
        self.sample_every = int(sample_every)
        self._thresholds: list[float] | None = None

    def settings(self) -> dict:
        """Return type and arguments."""
        return {
            "type": type(self).__name__,
            "portion": self.portion,
            "sample_every": self.sample_every,
        }

    def observe(self, probs: Tensor) -> Statistics:
        """Return the sampled confidences of one image, class after class.

        Args:
            probs: (K, H, W).

        Returns:
            ``confidence``, float32, and ``counts``, how many of them each class has.
        """
        confidence, labels = (tensor.flatten().cpu() for tensor in probs.max(0))
        confidence, labels = confidence.float().numpy(), labels.numpy()
        by_class = [
            confidence[labels == c][:: self.sample_every] for c in range(len(probs))
        ]
        return {
            "confidence": np.concatenate(by_class),
            "counts": np.array([len(values) for values in by_class]),
        }

    def fit(self, read: ReadStatistics) -> None:
        """Set the thresholds from the sampled confidences of all images."""
        num_classes = len(next(iter(read()))["counts"])

        def by_class() -> Iterator[list[np.ndarray]]:
            for image in read():
                yield np.split(image["confidence"], np.cumsum(image["counts"])[:-1])

        found = top_share(by_class, num_classes, self.portion)
        self._thresholds = [1.0 if value is None else value for value in found]

    def state_dict(self) -> dict:
        """Return the thresholds."""
        return {"thresholds": self._thresholds}

    def load_state_dict(self, state: Mapping) -> None:
        """Take over the thresholds."""
        self._thresholds = list(state["thresholds"])

    def thresholds(self) -> dict[str, float]:
        """Return the threshold of each class."""
        return {str(c): value for c, value in enumerate(self._fitted())}

    def apply(self, probs: Tensor) -> Tensor:
        """Label the pixels that reach a threshold: (K, H, W) -> (H, W), uint8."""
        ratio, labels = (probs / self._weights(probs)).max(0)
        return labels.to(torch.uint8).masked_fill(ratio < 1, DROPPED)

    def _weights(self, probs: Tensor) -> Tensor:
        """Return the thresholds as (K, 1, 1), of the type of the probabilities."""
        return torch.tensor(self._fitted()).to(probs)[:, None, None]

    def _fitted(self) -> list[float]:
        if self._thresholds is None:
            raise TypeError(
                f"{type(self).__name__} has no thresholds yet: call fit, which needs "
                "the statistics of the whole set"
            )
        return self._thresholds
