"""One of very many numbers by its place in their order, exactly, in little memory."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

_HALF = 1 << 16


def top_share(
    batches: Callable[[], Iterable[Sequence[np.ndarray]]],
    num_classes: int,
    share: float,
) -> list[float | None]:
    """For each class the smallest of the largest ``floor(share * count)`` numbers.

    Args:
        batches: See :func:`nth_largest`.
        num_classes: Number of classes.
        share: In [0, 1].

    Returns:
        One number a class, None where the floor is 0.
    """
    return nth_largest(batches, num_classes, lambda count: math.floor(count * share))


def nth_largest(
    batches: Callable[[], Iterable[Sequence[np.ndarray]]],
    num_classes: int,
    place: Callable[[int], int],
) -> list[float | None]:
    """For each class the number at a place of its numbers, sorted downwards.

    What ``sorted(numbers, reverse=True)[place(len(numbers)) - 1]`` is, without having
    all numbers at once: floats that are not negative are ordered as their bits are, so
    one pass counts the upper halves of the bits and a second one, in the bin where the
    sought number lies, the lower halves.

    Args:
        batches: Goes through all numbers, called twice: each item holds an array of
            float32 >= 0 for each class.
        num_classes: Number of classes.
        place: Makes the place, from 1, out of a class's count; 0 for none.

    Returns:
        One number a class, None where the place is 0.
    """
    upper = np.zeros((num_classes, _HALF), dtype=np.int64)
    for arrays in batches():
        for counts, bits in zip(upper, map(_bits, arrays), strict=True):
            counts += np.bincount(bits >> 16, minlength=_HALF)
    ranks = [place(int(counts.sum())) for counts in upper]
    bins, left = np.transpose(
        [_locate(counts, rank) for counts, rank in zip(upper, ranks, strict=True)]
    )
    lower = np.zeros_like(upper)
    for arrays in batches():
        for counts, bits, bin_ in zip(lower, map(_bits, arrays), bins, strict=True):
            inside = bits[bits >> 16 == bin_]
            counts += np.bincount(inside & (_HALF - 1), minlength=_HALF)
    values = []
    for counts, rank, bin_, rest in zip(lower, ranks, bins, left, strict=True):
        half, _ = _locate(counts, rest)
        bits = np.uint32(int(bin_) * _HALF + half)
        values.append(float(bits.view(np.float32)) if rank else None)
    return values


def _bits(numbers: np.ndarray) -> np.ndarray:
    """Return the bits of floats as whole numbers of the same order."""
    # 0 is added for -0.0, whose bits are those of the largest number
    return (np.ascontiguousarray(numbers, dtype=np.float32) + 0).view(np.uint32)


def _locate(counts: np.ndarray, rank: int) -> tuple[int, int]:
    """Find the bin of the ``rank``-th largest number, and its rank within the bin."""
    if rank < 1:
        return 0, 0
    from_top = np.cumsum(counts[::-1])
    position = int(np.searchsorted(from_top, rank))
    above = int(from_top[position - 1]) if position else 0
    return len(counts) - 1 - position, rank - above
