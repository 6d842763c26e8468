"""What is gathered of a score over the images."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .bin_counts import BinCounts
from .ordered_bins import ordered_bins
from .ranking import Ranking

COVERAGES = np.linspace(0.01, 1, 100)
_LOW = 0.5  # a weight below this is small


class ScoreStatistics:
    """Pixels of many images by a score, by whether they are wrong, and by class.

    The class is the *predicted* one: that is what a pseudo-label is called and what a
    weight is given to.

    Args:
        num_classes: Number of classes.

    Attributes:
        num_pixels: How many pixels were added.
    """

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes
        self._counts = BinCounts(2 * num_classes)
        # score, weight and number of small weights by group
        self._sums = np.zeros((3, 2 * num_classes))
        self.num_pixels = 0

    def add(self, scores: Tensor, weights: Tensor, groups: Tensor) -> None:
        """Add the pixels of an image that have a label.

        Args:
            scores: (P,), the larger the less certain.
            weights: (P,), what the score makes of a pixel's loss.
            groups: (P,) int64, 2 * predicted class + 1 if it is wrong.

        Raises:
            ValueError: If a score is not finite.
        """
        if not torch.isfinite(scores).all():
            raise ValueError("it is NaN or infinite")
        self.num_pixels += len(scores)
        self._counts.add(ordered_bins(scores), groups)
        low = weights < _LOW
        for row, values in zip(self._sums, (scores, weights, low), strict=True):
            added = torch.bincount(groups, values.double(), len(row))
            row += added.cpu().numpy()

    def summary(self) -> dict:
        """Everything known of the score: a dict of JSON types.

        Numbers are None where there is no pixel, or not both kinds, that they are of.
        ``classes`` has one entry a class, by predicted class.
        """
        _, counts = self._counts.table()
        of_group = counts.reshape(len(counts), self.num_classes, 2)
        sums = self._sums.reshape(3, self.num_classes, 2)
        summary = _summary(of_group.sum(1), sums.sum(1))
        ranking = Ranking(*of_group.sum(1).T)
        risks = ranking.risks(COVERAGES)
        summary["auroc_resolution"] = ranking.resolution
        summary["risks"] = None if risks is None else risks.round(6).tolist()
        summary["classes"] = [
            _summary(of_group[:, index], sums[:, index])
            for index in range(self.num_classes)
        ]
        return summary


def _summary(counts: np.ndarray, sums: np.ndarray) -> dict:
    """Sum up one set of pixels.

    Args:
        counts: (B, 2), pixels by bin, right ones and wrong ones.
        sums: (3, 2), of score, weight and small weights over right and wrong ones.
    """
    ranking = Ranking(counts[:, 0], counts[:, 1])
    num = counts.sum(0)
    weight, low = (
        {kind: _ratio(row[i], num[i]) for i, kind in enumerate(("right", "wrong"))}
        for row in sums[1:]
    )
    return {
        "pixels": ranking.num_pixels,
        "error_rate": ranking.error_rate,
        "auroc": ranking.auroc,
        "aurc": ranking.aurc,
        "excess_aurc": ranking.excess_aurc,
        "mean": _ratio(sums[0].sum(), num.sum()),
        "weight": weight,
        "weight_below_half": low,
    }


def _ratio(total: float, count: int) -> float | None:
    return float(total / count) if count else None
