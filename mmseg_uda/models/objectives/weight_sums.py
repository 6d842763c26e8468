"""What a weight per pixel does, summed up by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmseg_uda.models.losses import IGNORE_INDEX

#: A weight that is no further from 1 than this does nothing to a pixel's loss.
NEARLY_ONE = 0.005
#: Share of the pixels that may have another weight where it does nothing altogether.
_NEGLIGIBLE = 0.001
_HALF = 0.5
#: Share of the pixels below one half from which on a weight leaves little of a loss.
_NEARLY_ALL = 0.9
_NUM_IDS = 256  # labels are bytes


class WeightSums:
    """Sums over pixels of a weight, by the label of the pixel.

    They are exact (float64) and stay on the device of the weight: adding to them waits
    for nothing. Four rows of 256 ids: pixels, sum of their weights, pixels whose weight
    is below 0.5, pixels whose weight is within 0.005 of 1.
    """

    def __init__(self) -> None:
        self._sums: Tensor | None = None

    @torch.no_grad()
    def add(self, weight: Tensor, labels: Tensor | None = None) -> None:
        """Add the pixels of a weight.

        Args:
            weight: (N, h, w), any floating-point type.
            labels: (N, h, w), class ids; pixels of label 255 do not count. None: all
                pixels count, as of one class.
        """
        weight = weight.detach().double().flatten()
        rows = torch.stack(
            [
                torch.ones_like(weight),
                weight,
                (weight < _HALF).double(),
                ((weight - 1).abs() <= NEARLY_ONE).double(),
            ]
        )
        if self._sums is None:
            self._sums = rows.new_zeros(len(rows), _NUM_IDS)
        if labels is None:
            self._sums[:, 0] += rows.sum(dim=1)
            return
        ids = labels.flatten().long()
        for sums, row in zip(self._sums, rows, strict=True):
            sums.index_add_(0, ids, row)  # one row at a time: fast on a CPU, too

    def take(self, device: torch.device | str = "cpu") -> Tensor:
        """Return the sums, (4, 256) float64, and begin anew.

        Args:
            device: Where they are if nothing was added.
        """
        taken = self._sums
        self._sums = None
        if taken is None:
            return torch.zeros(4, _NUM_IDS, dtype=torch.float64, device=device)
        return taken


def summary(sums: np.ndarray, classes: Sequence[str] | None = None) -> dict[str, Any]:
    """Turn sums into means and shares.

    Args:
        sums: (4, 256), of :class:`WeightSums`.
        classes: Names of the classes; None for their ids as text.

    Returns:
        ``pixels``, ``mean`` of the weight, ``below_half_share`` and
        ``nearly_one_share`` (in [0, 1]) over all pixels that have a label, and
        ``per_class`` the same by class name, of those that have pixels. Mean and shares
        are None where there is no pixel.
    """
    sums = sums[:, :IGNORE_INDEX]
    names = [*(classes or ())]
    names += [str(index) for index in range(len(names), IGNORE_INDEX)]
    by_class = {
        name: _numbers(column)
        for name, column in zip(names, sums.T, strict=True)
        if column[0]
    }
    return {**_numbers(sums.sum(axis=1)), "per_class": by_class}


def does_nothing(numbers: Mapping[str, Any]) -> bool:
    """Tell whether a weight is 1, in effect, but for a negligible share of the pixels.

    Args:
        numbers: What :func:`summary` returned.
    """
    share = numbers["nearly_one_share"]
    return share is not None and share >= 1 - _NEGLIGIBLE


def drowns(numbers: Mapping[str, Any]) -> bool:
    """Tell whether a weight halves the loss, or worse, on nearly all pixels.

    Args:
        numbers: What :func:`summary` returned.
    """
    share = numbers["below_half_share"]
    return share is not None and share >= _NEARLY_ALL


def _numbers(column: np.ndarray) -> dict[str, Any]:
    pixels = int(column[0])
    mean, below, near = (x / pixels if pixels else None for x in column[1:].tolist())
    return {
        "pixels": pixels,
        "mean": mean,
        "below_half_share": below,
        "nearly_one_share": near,
    }
