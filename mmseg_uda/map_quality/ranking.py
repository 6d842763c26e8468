"""How well a score ranks wrong pixels above right ones."""

from __future__ import annotations

import numpy as np
import torch


class Ranking:
    r"""Right and wrong pixels in the order of a score, from the most certain on.

    Pixels that share a bin of the score are tied. Everything here is the mean over all
    orders of tied pixels, so that no order has to be chosen.

    - **AUROC** is the probability that a wrong pixel has a higher score than a right
      one, ties counted half. 0.5 is chance, 1 a perfect order.
    - **Risk** at a coverage c is the share of wrong pixels among the c most certain
      ones. **AURC** is its mean over all coverages,

      .. math:: \frac{1}{n} \sum_{k=1}^{n} \frac{1}{k} \sum_{i=1}^{k} [i\text{ wrong}]

      with pixels i in the order of the score ("Bias-Reduced Uncertainty Estimation for
      Deep Neural Classifiers", Geifman et al., where it comes from). Less is better;
      chance gives the error rate. **E-AURC** is what it exceeds that of the perfect
      order by.

    Args:
        right: Number of right pixels in each bin, bins ascending, (B,).
        wrong: Number of wrong ones, (B,).
    """

    def __init__(self, right: np.ndarray, wrong: np.ndarray) -> None:
        total = right + wrong
        occur = total > 0
        self._wrong = wrong[occur].astype(np.float64)
        self._total = total[occur].astype(np.float64)
        self.num_pixels = int(total.sum())
        self.num_wrong = int(wrong.sum())

    @property
    def error_rate(self) -> float | None:
        """Share of wrong pixels, None without pixels."""
        return self.num_wrong / self.num_pixels if self.num_pixels else None

    @property
    def auroc(self) -> float | None:
        """See above; None where there are not both right and wrong pixels."""
        num_right = self.num_pixels - self.num_wrong
        if not num_right or not self.num_wrong:
            return None
        right = self._total - self._wrong
        below = np.cumsum(right) - right
        pairs = (self._wrong * (below + right / 2)).sum()
        return float(pairs / num_right / self.num_wrong)

    @property
    def aurc(self) -> float | None:
        """See above; None without pixels."""
        if not self.num_pixels:
            return None
        return _area(self._wrong, self._total) / self.num_pixels

    @property
    def excess_aurc(self) -> float | None:
        """E-AURC, see above; None without pixels."""
        if not self.num_pixels:
            return None
        num_right = self.num_pixels - self.num_wrong
        perfect = np.array([num_right, self.num_wrong], np.float64)
        best = _area(np.array([0.0, self.num_wrong]), perfect)
        return self.aurc - best / self.num_pixels

    def risks(self, coverages: np.ndarray) -> np.ndarray | None:
        """Return the risk at coverages in (0, 1]; None without pixels."""
        if not self.num_pixels:
            return None
        kept = np.asarray(coverages, np.float64) * self.num_pixels
        totals = np.concatenate([[0.0], np.cumsum(self._total)])
        errors = np.concatenate([[0.0], np.cumsum(self._wrong)])
        return np.interp(kept, totals, errors) / kept

    @property
    def resolution(self) -> float | None:
        """Largest error of :attr:`auroc` that pixels of one bin can make.

        It is reached if their true order is the perfect one, or its reverse, in every
        bin; where they are truly tied, the error is 0.
        """
        num_right = self.num_pixels - self.num_wrong
        if not num_right or not self.num_wrong:
            return None
        pairs = (self._wrong * (self._total - self._wrong)).sum() / 2
        return float(pairs / num_right / self.num_wrong)


def _area(wrong: np.ndarray, total: np.ndarray) -> float:
    """Sum of the risk over all numbers of pixels that are kept.

    Within a bin of m pixels, of which e are wrong, behind M pixels with E wrong ones,
    the mean risk of the first j is (E + j e / m) / (M + j); the sum over j is
    e + (E - M e / m) (psi(M + m + 1) - psi(M + 1)) with the digamma function psi.
    """
    rate = wrong / np.maximum(total, 1)
    before = np.cumsum(total) - total
    errors = np.cumsum(wrong) - wrong
    harmonic = _digamma(before + total + 1) - _digamma(before + 1)
    return float((wrong + (errors - rate * before) * harmonic).sum())


def _digamma(values: np.ndarray) -> np.ndarray:
    return torch.digamma(torch.from_numpy(values)).numpy()
