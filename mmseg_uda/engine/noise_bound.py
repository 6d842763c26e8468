"""The bound on noise at which a weight is as large as the network is often right."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LOWEST, HIGHEST = 1e-4, 1e4
#: How far the mean weight may end from what is wanted.
TOLERANCE = 1e-3
_POINTS = 17
_ROUNDS = 3


@dataclass(frozen=True)
class Bound:
    """A bound, and the mean weight that was measured with it."""

    eps: float
    mean_weight: float


def find_bound(
    mean_weights: Callable[[Sequence[float]], Sequence[float]], wanted: float
) -> Bound:
    """Find the bound eps whose mean weight is a given number.

    The logarithm of eps is searched from 1e-4 to 1e4 in three rounds of 17 points: each
    goes on between the neighbours that have the wanted number between them (the first
    such, should there be several); the last interval is interpolated. So all points of
    a round can be measured in one pass over the images.

    Args:
        mean_weights: The mean weight of each of some bounds. Meant to fall from about 1
            at no noise, and to be the same for the same bound.
        wanted: The mean weight to reach, in [0, 1].

    Returns:
        The bound, with four significant digits, and its measured mean weight.

    Raises:
        ValueError: If no bound in the range comes within 0.001 of the wanted number.
    """
    low, high = math.log(LOWEST), math.log(HIGHEST)
    tried: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        step = (high - low) / (_POINTS - 1)
        logs = [low + step * i for i in range(_POINTS)]
        found = list(mean_weights([math.exp(x) for x in logs]))
        tried += zip(logs, found, strict=True)
        below = next((i for i, w in enumerate(found) if w <= wanted), None)
        if below in (None, 0):
            break  # out of range: the nearest of the points must do
        low, high = logs[below - 1], logs[below]
        before, after = found[below - 1], found[below]
    else:
        share = (before - wanted) / max(before - after, 1e-12)
        tried.append((low + share * (high - low), wanted))
    nearest = min(tried, key=lambda point: abs(point[1] - wanted))
    eps = float(f"{math.exp(nearest[0]):.4g}")
    (mean_weight,) = mean_weights([eps])
    if abs(mean_weight - wanted) > TOLERANCE:
        ends = [min(tried), max(tried)]
        raise ValueError(
            f"no noise bound from {LOWEST:g} to {HIGHEST:g} gives a mean weight of "
            f"{wanted:.4f}: it is {ends[0][1]:.4f} at {math.exp(ends[0][0]):.3g}, "
            f"{ends[1][1]:.4f} at {math.exp(ends[1][0]):.3g}, and {mean_weight:.4f} at "
            f"the nearest, {eps:g}"
        )
    return Bound(eps, mean_weight)
