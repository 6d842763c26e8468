"""The interface of pseudo-label rules."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor

#: Label of a dropped pixel.
DROPPED = 255


class SelectionRule(ABC):
    """Chooses a label for each pixel of an image, or drops the pixel.

    A rule that decides from one image alone writes :meth:`apply` and
    :meth:`settings`. A rule whose thresholds come from the whole set also sets
    ``needs_statistics``; then every image is predicted twice:

    1. :meth:`observe` sees each image once, and keeps statistics whose size does not
       depend on the number of images (histograms, not lists of confidences). Each
       rank sees its part of the set.
    2. :meth:`merge` gets all ranks' :meth:`state_dict`; afterwards every rank has the
       same thresholds. The merged state is saved, so that an interrupted second pass
       goes on without a new first one.
    3. :meth:`apply` labels each image.
    """

    #: Whether :meth:`observe` must see the whole set before :meth:`apply`.
    needs_statistics = False

    @abstractmethod
    def settings(self) -> dict:
        """Return ``type`` and arguments, as JSON types: what a config would say."""

    @abstractmethod
    def apply(self, probs: Tensor) -> Tensor:
        """Label one image.

        Args:
            probs: Class probabilities (K, H, W), float; they sum to 1 over K.

        Returns:
            Class ids (H, W), uint8, :data:`DROPPED` where no label is given.
        """

    def thresholds(self) -> float | dict[str, float] | None:
        """Return the confidence needed for a label, for the report: in [0, 1].

        One number, one per class id as text, or None where nothing is dropped.
        """
        return None

    def observe(self, probs: Tensor) -> None:
        """Add one image's probabilities (K, H, W) to the statistics."""
        raise self._without_statistics("observe")

    def state_dict(self) -> dict:
        """Return this rank's statistics as JSON types."""
        raise self._without_statistics("state_dict")

    def merge(self, states: Sequence[dict]) -> None:
        """Replace the statistics by the sum of several :meth:`state_dict`."""
        raise self._without_statistics("merge")

    def _without_statistics(self, method: str) -> TypeError:
        return TypeError(
            f"{type(self).__name__}.{method} was called, but the rule has no first "
            "pass; a rule with needs_statistics=True defines observe, state_dict and "
            "merge"
        )
