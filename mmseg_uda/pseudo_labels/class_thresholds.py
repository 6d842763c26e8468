"""What rules with one threshold for each class, found on the whole set, share."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from .selection_rule import DROPPED, ReadStatistics, SelectionRule, Statistics

#: Goes through the confidences of all images: for each image an array a class.
ByClass = Callable[[], Iterator[list[np.ndarray]]]


class ClassThresholds(SelectionRule):
    """One threshold a class, from the confidences of the pixels predicted as it.

    A subclass says in :meth:`find` how thresholds come from the confidences, and in
    ``apply`` what they decide. Until the labels are finished the confidences take 4
    bytes for every pixel that takes part on disk; memory stays flat.

    Args:
        sample_every: Take every so many pixels of a class (of each image, row by row)
            into account, >= 1.

    Raises:
        ValueError: If ``sample_every`` is out of range.
    """

    needs_statistics = True

    def __init__(self, sample_every: int = 1) -> None:
        if not isinstance(sample_every, Integral) or sample_every < 1:
            raise ValueError(
                f"sample_every must be a whole number >= 1, got {sample_every!r}"
            )
        self.sample_every = int(sample_every)
        self._thresholds: list[float] | None = None

    @abstractmethod
    def find(self, by_class: ByClass, num_classes: int) -> list[float]:
        """Return a threshold a class, in [0, 1]."""

    def observe(self, probs: Tensor) -> Statistics:
        """Return the sampled confidences of one image, class after class.

        Args:
            probs: (K, H, W). A pixel whose scores are all 0, as where a map is, has no
                most likely class and takes no part: it has no label in the end either.

        Returns:
            ``confidence``, float32, and ``counts``, how many of them each class has.
        """
        confidence, labels = (tensor.flatten().cpu() for tensor in probs.max(0))
        confidence, labels = confidence.float().numpy(), labels.numpy()
        labels[confidence == 0] = DROPPED
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

        self._thresholds = self.find(by_class, num_classes)

    def state_dict(self) -> dict:
        """Return the thresholds."""
        return {"thresholds": self._thresholds}

    def load_state_dict(self, state: Mapping) -> None:
        """Take over the thresholds."""
        self._thresholds = list(state["thresholds"])

    def thresholds(self) -> dict[str, float]:
        """Return the threshold of each class."""
        return {str(c): value for c, value in enumerate(self._fitted())}

    def by_channel(self, probs: Tensor) -> Tensor:
        """Return the thresholds as (K, 1, 1), of the type of the probabilities."""
        return torch.tensor(self._fitted()).to(probs)[:, None, None]

    def _fitted(self) -> list[float]:
        if self._thresholds is None:
            raise TypeError(
                f"{type(self).__name__} has no thresholds yet: call fit, which needs "
                "the statistics of the whole set"
            )
        return self._thresholds
