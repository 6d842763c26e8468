"""A number a pixel that may tell whether the pixel is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from mmseg_uda.models.maps.base_map import BaseMap


def _exp_neg(values: Tensor) -> Tensor:
    return (-values).exp()


def _one_minus(values: Tensor) -> Tensor:
    return 1 - values


#: What a score makes of a pixel's loss.
LINKS: dict[str, Callable[[Tensor], Tensor]] = {
    "exp(-score)": _exp_neg,
    "1 - score": _one_minus,
}

#: Of the prediction; of the two heads; the config's maps; Lipschitz maps by noise; and
#: combinations of maps with the confidence.
FAMILIES = ("usual", "heads", "config", "noise", "combined")


@dataclass(frozen=True)
class Score:
    """A score that pixels are ranked by: the larger, the less certain.

    Args:
        name: What it is called in tables.
        family: Scores of a kind: one of :data:`FAMILIES`.
        equation: What it is.
        link: The weight that is made of it, a key of :data:`LINKS`.
        of_probs: Computes it of the predicted probabilities (K, H, W); None for a map.
        part: The map; None for a score of the probabilities.
        key: What other maps know the map by.
    """

    name: str
    family: str
    equation: str
    link: str = "exp(-score)"
    of_probs: Callable[[Tensor], Tensor] | None = None
    part: BaseMap | None = None
    key: str = ""

    def weight(self, values: Tensor) -> Tensor:
        """The weight of pixels with such scores."""
        return LINKS[self.link](values)
