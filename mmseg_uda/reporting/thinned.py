"""Fewer points of a curve, without losing its spikes."""

import math
from collections.abc import Sequence

Point = tuple[float, float]

#: Points that are kept of a curve.
MOST = 300


def thinned(points: Sequence[Point], most: int = MOST) -> list[Point]:
    """Choose points of a curve so that its highest and lowest ones stay.

    The points are split into equal runs, of which the lowest and the highest are kept;
    so are the first, the last, and the first of a run that is not finite.

    Args:
        points: (x, y), in rising order of x.
        most: How many finite ones are kept at most, at least 4.

    Returns:
        Some of them, or all, in their order.

    Raises:
        ValueError: If ``most`` is too small.
    """
    if most < 4:
        raise ValueError(f"most must be 4 or more points, got {most}")
    if len(points) <= most:
        return list(points)
    runs = (most - 2) // 2
    kept = {0, len(points) - 1}
    for number in range(runs):
        begin = 1 + number * (len(points) - 2) // runs
        end = 1 + (number + 1) * (len(points) - 2) // runs
        kept |= _extremes(points, range(begin, end))
    return [points[index] for index in sorted(kept)]


def _extremes(points: Sequence[Point], indices: range) -> set[int]:
    finite = [i for i in indices if math.isfinite(points[i][1])]
    broken = [i for i in indices if not math.isfinite(points[i][1])]
    found = set(broken[:1])
    if finite:
        found.add(min(finite, key=lambda i: points[i][1]))
        found.add(max(finite, key=lambda i: points[i][1]))
    return found
