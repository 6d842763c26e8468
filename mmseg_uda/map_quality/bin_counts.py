"""Counts of pixels by bin and group, in memory that does not grow with the data."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_PENDING = 2**20  # entries that wait until they are merged


class BinCounts:
    """How many pixels there are in each bin of each group.

    Only what occurs takes memory, 16 bytes a pair of bin and group; that is bounded by
    the bins that numbers can fall into, however many pixels there are.

    Args:
        num_groups: Number of groups.
    """

    def __init__(self, num_groups: int) -> None:
        self.num_groups = num_groups
        self._keys = np.zeros(0, np.int64)
        self._counts = np.zeros(0, np.int64)
        self._pending: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, bins: Tensor, groups: Tensor) -> None:
        """Count pixels.

        Args:
            bins: (P,) int64.
            groups: (P,) int64, in [0, num_groups).
        """
        keys, counts = torch.unique(bins * self.num_groups + groups, return_counts=True)
        self._pending.append((keys.cpu().numpy(), counts.cpu().numpy()))
        if sum(len(keys) for keys, _ in self._pending) > _PENDING:
            self._merge()

    def table(self) -> tuple[np.ndarray, np.ndarray]:
        """All counts.

        Returns:
            The bins that occur, ascending, (B,), and their counts, (B, num_groups).
        """
        self._merge()
        # of negative keys, too, the remainder is the group
        bins, rows = np.unique(self._keys // self.num_groups, return_inverse=True)
        counts = np.zeros((len(bins), self.num_groups), np.int64)
        counts[rows, self._keys % self.num_groups] = self._counts
        return bins, counts

    def _merge(self) -> None:
        parts = [(self._keys, self._counts), *self._pending]
        self._pending = []
        keys, rows = np.unique(
            np.concatenate([keys for keys, _ in parts]), return_inverse=True
        )
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, rows, np.concatenate([counts for _, counts in parts]))
        self._keys, self._counts = keys, counts
