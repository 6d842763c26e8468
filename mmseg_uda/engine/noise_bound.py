"""The bound on noise at which a weight is as large as the network is often right."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LOWEST, HIGHEST = 1e-4, 1e4
#: How far the mean weight may end from what is wanted.
TOLERANCE = 1e-3
_ROUNDS = (9, 7, 7)  # of bounds in a pass over the images; first one a decade


@dataclass(frozen=True)
class Bound:
    """A bound, and the mean weight that was measured with it.

    Args:
        eps: The bound.
        mean_weight: Mean weight with it.
        wanted: The mean weight that was looked for.
        reachable: Smallest and largest mean weight of all bounds that were tried.
    """

    eps: float
    mean_weight: float
    wanted: float
    reachable: tuple[float, float]

    @property
    def is_reached(self) -> bool:
        """Whether the mean weight is within 0.001 of what was wanted."""
        return abs(self.mean_weight - self.wanted) <= TOLERANCE

    def shortfall(self) -> str:
        """Say what was not reached, what can be, and what was taken."""
        low, high = self.reachable
        end = "nearest"
        if not low <= self.wanted <= high:
            end = "lowest" if self.wanted < low else "highest"
        more = "less" if self.mean_weight < self.wanted else "more"
        return (
            f"no noise bound from {LOWEST:g} to {HIGHEST:g} gives a mean weight of "
            f"{self.wanted:.4f}: they go from {low:.4f} to {high:.4f}. Taken is eps "
            f"{self.eps:g}, the smallest with the {end} ({self.mean_weight:.4f}), so "
            f"that weights claim {more} than is true"
        )


def find_bound(
    mean_weights: Callable[[Sequence[float]], Sequence[float]], wanted: float
) -> Bound:
    """Find the bound eps whose mean weight is a given number.

    The logarithm of eps is searched from 1e-4 to 1e4 in three rounds, of 9, 7 and 7
    points: each goes on between the neighbours that have the wanted number between them
    (the first such, should there be several); the last interval is interpolated. So all
    points of a round can be measured in one pass over the images.

    A number that none of the first points reaches gives way to the nearest that one
    does. Where many bounds have that mean weight (noise that drowns the features can't
    do more than that), the smallest of them is found.

    Args:
        mean_weights: The mean weight of each of some bounds. Meant to fall from about 1
            at no noise, and to be the same for the same bound.
        wanted: The mean weight to reach, in [0, 1].

    Returns:
        The bound, with four significant digits, and its measured mean weight.

    Raises:
        ValueError: If a mean weight is no finite number.
    """
    logs = _spaced(math.log(LOWEST), math.log(HIGHEST), _ROUNDS[0] - 2)
    found = _measured(mean_weights, logs)
    tried = [*zip(logs, found, strict=True)]
    aim = _within(found, wanted)
    for points in (*_ROUNDS[1:], 0):
        below = next((i for i, w in enumerate(found) if w <= aim), 0)
        if below == 0:
            break  # as high as it gets: the nearest of the points must do
        (low, before), (high, after) = ((logs[i], found[i]) for i in (below - 1, below))
        if not points:
            share = (before - aim) / max(before - after, 1e-12)
            tried.append((low + share * (high - low), aim))
            break
        logs = _spaced(low, high, points)
        found = [before, *_measured(mean_weights, logs[1:-1]), after]
        tried += zip(logs, found, strict=True)
    nearest = min(tried, key=lambda point: abs(point[1] - aim))
    eps = float(f"{math.exp(nearest[0]):.4g}")
    (mean_weight,) = _measured(mean_weights, [math.log(eps)])
    weights = [mean_weight, *(weight for _, weight in tried)]
    return Bound(eps, mean_weight, wanted, (min(weights), max(weights)))


def _within(found: Sequence[float], wanted: float) -> float:
    """Return the mean weight to aim at: the wanted one, or the nearest end."""
    low, high = min(found), max(found)
    if wanted < low:
        # a little above, or it would be the end of a plateau rather than its beginning
        return low + min(TOLERANCE / 2, 0.01 * (high - low))
    return min(wanted, high)


def _spaced(low: float, high: float, between: int) -> list[float]:
    """Return two numbers and others between them, evenly spaced."""
    step = (high - low) / (between + 1)
    return [low + step * i for i in range(between + 1)] + [high]


def _measured(
    mean_weights: Callable[[Sequence[float]], Sequence[float]], logs: Sequence[float]
) -> list[float]:
    bounds = [math.exp(x) for x in logs]
    found = list(mean_weights(bounds))
    for eps, weight in zip(bounds, found, strict=True):
        if not math.isfinite(weight):
            raise ValueError(f"the mean weight with eps {eps:g} is {weight}")
    return found
