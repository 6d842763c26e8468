"""What a bound of 1 means: a number, or the size of the features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mmseg_uda.utils.precision import at_least_float32
from mmseg_uda.utils.suggestions import check_choice

NOISE_UNITS = ("absolute", "rms", "location")


def check_unit(unit: str, kind: str, is_norm: bool) -> None:
    """Refuse a unit that is unknown or makes no sense for a kind of noise.

    Args:
        unit: The unit.
        kind: The kind of noise.
        is_norm: Whether the kind bounds the L2 norm at a location.

    Raises:
        ValueError: If it is refused.
    """
    check_choice("noise unit", unit, NOISE_UNITS)
    if unit == "location" and not is_norm:
        raise ValueError(
            "noise unit 'location' is the L2 norm of the features at a location, but "
            f"kind {kind!r} bounds every element by itself. Choose unit='rms', or a "
            "kind that bounds a norm: l2_location, worst_direction."
        )


def element_bounds(
    unit: str, eps: float, feats: Sequence[Tensor]
) -> list[Tensor | float]:
    """Bounds on the absolute value of each element of noise.

    Args:
        unit: ``'absolute'`` or ``'rms'``.
        eps: The bound, in this unit.
        feats: Feature maps (N, C_i, h_i, w_i), or (N, C_i).

    Returns:
        One a map: ``eps`` itself, or (N, 1, ...), one an image, without gradient.
    """
    if unit == "absolute":
        return [eps] * len(feats)
    return [eps * _mean_square(_precise(f), range(1, f.dim())).sqrt() for f in feats]


def norm_bounds(unit: str, eps: float, feats: Sequence[Tensor]) -> list[Tensor | float]:
    """Bounds on the L2 norm of noise over the channels of a location.

    Maps of one size count as concatenated, see :func:`location_norms`.

    Args:
        unit: One of :data:`NOISE_UNITS`.
        eps: The bound, in this unit.
        feats: Feature maps (N, C_i, h_i, w_i), or (N, C_i).

    Returns:
        One a map: ``eps`` itself, (N, h_i, w_i), or (N, 1, 1); without gradient.
    """
    if unit == "absolute":
        return [eps] * len(feats)
    norms = location_norms([f.detach() for f in feats])
    if unit == "rms":  # rms of all elements * sqrt(C) = rms of the locations' norms
        norms = [_mean_square(n, range(1, n.dim())).sqrt() for n in norms]
    return [eps * n for n in norms]


def location_norms(tensors: Sequence[Tensor]) -> list[Tensor]:
    """L2 norm over the channels of a location, float32 at least.

    Args:
        tensors: (N, C_i, h_i, w_i), or (N, C_i). If all have one size, the norm is
            that over all their channels together, else of each by itself.

    Returns:
        One (N, h_i, w_i) a tensor.
    """
    if len({t.shape[2:] for t in tensors}) == 1:
        joined = torch.linalg.vector_norm(
            at_least_float32(torch.cat(list(tensors), 1)), dim=1
        )
        return [joined] * len(tensors)
    return [torch.linalg.vector_norm(at_least_float32(t), dim=1) for t in tensors]


def at_most(eps: float, dtype: torch.dtype) -> float:
    """The largest number of a type that is not above eps."""
    value = torch.tensor(eps, dtype=torch.float64).to(dtype)
    if value.double() > eps:
        value = value * (1 - torch.finfo(dtype).eps)
    return value.item()


def below(bound: Tensor | float, dtype: torch.dtype) -> Tensor | float:
    """A hair below a bound, so that rounding in a type never breaks it.

    A bound that the type cannot hold becomes the largest number that it can.
    """
    lowered = bound * (1 - 2 * max(torch.finfo(dtype).eps, 1e-6))
    return limited(lowered, dtype) if isinstance(lowered, Tensor) else lowered


def limited(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Values that another type can hold: at most its largest number."""
    return values.clamp(max=min(torch.finfo(t).max for t in (dtype, values.dtype)))


def _precise(feat: Tensor) -> Tensor:
    """Without gradient, and where squares of half precision do not overflow."""
    return at_least_float32(feat.detach())


def _mean_square(values: Tensor, dims: range) -> Tensor:
    """Mean of squares over some dimensions, which stay with a length of 1."""
    # a mean, not a norm: its sum is taken pairwise and so exact for millions of values
    squares = values.square()
    return squares.mean(tuple(dims), keepdim=True) if len(dims) else squares
