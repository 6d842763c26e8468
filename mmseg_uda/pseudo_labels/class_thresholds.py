"""What rules with one threshold a class, from the whole set, have in common."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from .selection_rule import ReadStatistics, SelectionRule, Statistics
from .top_share import top_share


class ClassThresholds(SelectionRule):
    """Finds an exact threshold for each class among the confidences of its pixels.

    A subclass says by :meth:`rank` which of a class' n confidences is its threshold,
    what the threshold of a class without pixels is, and, in ``apply``, what a pixel
    needs. Thresholds are exact. Until the labels are finished that takes 4 bytes for
    each pixel that takes part on disk; memory stays flat.

    Args:
        sample_every: Take every so many pixels of a class into account (of each image,
            row by row), >= 1.

    Raises:
        ValueError: If it is smaller.
    """

    needs_statistics = True
    #: Threshold of a class that has no pixels.
    of_an_empty_class = 1.0

    def __init__(self, sample_every: int) -> None:
        if sample_every < 1:
            raise ValueError(f"sample_every must be at least 1, got {sample_every}")
        self.sample_every = int(sample_every)
        self._thresholds: list[float] | None = None

    @abstractmethod
    def rank(self, count: int) -> int:
        """Which of ``count`` confidences is the threshold: 1 for the largest, 0: none.

        Called with counts of 0 too.
        """

    def settings(self) -> dict:
        """Return type and arguments."""
        return {"type": type(self).__name__, "sample_every": self.sample_every}

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

        found = top_share(by_class, num_classes, self.rank)
        self._thresholds = [
            self.of_an_empty_class if value is None else value for value in found
        ]

    def state_dict(self) -> dict:
        """Return the thresholds."""
        return {"thresholds": self._thresholds}

    def load_state_dict(self, state: Mapping) -> None:
        """Take over the thresholds."""
        self._thresholds = list(state["thresholds"])

    def thresholds(self) -> dict[str, float]:
        """Return the threshold of each class."""
        return {str(c): value for c, value in enumerate(self._fitted())}

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
