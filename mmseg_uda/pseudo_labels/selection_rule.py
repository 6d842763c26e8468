"""The interface of pseudo-label rules."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

import numpy as np
from torch import Tensor

#: Label of a dropped pixel.
DROPPED = 255

#: Statistics of one image: arrays by name.
Statistics = Mapping[str, np.ndarray]
#: Goes through the statistics of all images, as often as it is called.
ReadStatistics = Callable[[], Iterator[Statistics]]


class SelectionRule(ABC):
    """Chooses a label for each pixel of an image, or drops the pixel.

    A rule that decides from one image alone writes :meth:`apply` and
    :meth:`settings`. A rule whose thresholds come from the whole set also sets
    ``needs_statistics``; then every image is predicted twice:

    1. :meth:`observe` sees each image once and returns its statistics, which are kept
       on disk, a file an image, until the labels are finished: memory does not grow
       with the set, ranks share the work, and an interrupted pass goes on.
    2. :meth:`fit` reads them all, as often as it likes, one image at a time, and sets
       the thresholds; every rank then gets its :meth:`state_dict`.
    3. :meth:`apply` labels each image.

    A rule that gives soft labels also sets ``soft`` and writes :meth:`soft_labels`.
    """

    #: Whether :meth:`observe` must see the whole set before :meth:`apply`.
    needs_statistics = False
    #: Whether :meth:`soft_labels` are written beside the labels.
    soft = False
    #: Map of the model that predicts, by which probabilities are multiplied before the
    #: rule gets them in :meth:`observe` and :meth:`apply`; None for none. ``'mean'``
    #: as the norm divides the map by its mean over the image.
    score_map: str | None = None
    score_norm = "none"
    #: Whether :meth:`observe` gets the probabilities as they are all the same.
    observes_probs = False

    @abstractmethod
    def settings(self) -> dict:
        """Return ``type`` and arguments, as JSON types: what a config would say."""

    def equation(self) -> str:
        """Write the rule as an equation of y_target, for people; '' says nothing.

        ``p`` are the probabilities, ``none`` is a dropped pixel, and a map is called as
        in the equations of a model: ``<name>_decode``.
        """
        return ""

    @abstractmethod
    def apply(self, probs: Tensor) -> Tensor:
        """Label one image.

        Args:
            probs: Class probabilities (K, H, W), float; they sum to 1 over K.

        Returns:
            Class ids (H, W), uint8, :data:`DROPPED` where no label is given.
        """

    def soft_labels(self, probs: Tensor) -> Tensor:
        """Return a distribution over the classes, (K, H, W), where a label is given.

        Pixels that :meth:`apply` drops may hold anything.
        """
        raise TypeError(
            f"{type(self).__name__}.soft_labels was called, but the rule gives no soft "
            "labels; one with soft=True defines soft_labels"
        )

    def thresholds(self) -> float | dict[str, float] | None:
        """Return the confidence needed for a label, for the report: in [0, 1].

        One number, one per class id as text, or None where nothing is dropped.
        """
        return None

    def observe(self, probs: Tensor) -> Statistics:
        """Return the statistics of one image from its probabilities (K, H, W)."""
        self._without_statistics("observe")

    def fit(self, read: ReadStatistics) -> None:
        """Set the thresholds from the statistics of all images, in any order."""
        self._without_statistics("fit")

    def state_dict(self) -> dict:
        """Return what :meth:`fit` has set, as JSON types."""
        self._without_statistics("state_dict")

    def load_state_dict(self, state: Mapping) -> None:
        """Set what another process's :meth:`fit` has set."""
        self._without_statistics("load_state_dict")

    def _without_statistics(self, method: str) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__}.{method} was called, but the rule has no first "
            "pass; a rule with needs_statistics=True defines observe, fit, state_dict "
            "and load_state_dict"
        )
