"""Levels of features, some of which are a map and a class token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor


def tensors_of(feats: Sequence, levels: Sequence[int]) -> list[Tensor]:
    """All tensors of some levels: a backbone may give a class token with its map.

    Args:
        feats: Feature maps (N, C_i, h_i, w_i), or sequences of a map and (N, C_i).
        levels: Indices of the levels.
    """
    return [tensor for level in levels for tensor in _tensors(feats[level])]


def with_noise(feats: Sequence, levels: Sequence[int], noise: Sequence[Tensor]) -> list:
    """Add noise to the tensors of some levels.

    Args:
        feats: Feature maps, see :func:`tensors_of`.
        levels: Indices of the levels, each once.
        noise: One tensor for each of :func:`tensors_of`. Of several draws, (S * N,
            C_i, h_i, w_i), each of which is added to all N images.

    Returns:
        All levels; those with noise are as long as the noise.
    """
    feats, remaining = list(feats), iter(noise)
    for level in levels:
        feats[level] = _plus(feats[level], remaining)
    return feats


def changed(
    feats: Sequence, levels: Sequence[int], change: Callable[[Tensor], Tensor]
) -> list:
    """All levels, a function applied to every tensor of some of them."""
    feats = list(feats)
    for level in levels:
        value = feats[level]
        single = isinstance(value, Tensor)
        feats[level] = change(value) if single else [change(t) for t in value]
    return feats


def one_after_the_other(draws: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """Draws of N images, S lists of (N, ...) -> one list of (S * N, ...)."""
    if len(draws) == 1:
        return list(draws[0])
    return [torch.cat(same) for same in zip(*draws, strict=True)]


def repeated(values: Sequence[Tensor | float], draws: int) -> list[Tensor | float]:
    """Values of N images for as many draws, (N, ...) -> (S * N, ...)."""
    return [torch.cat([v] * draws) if isinstance(v, Tensor) else v for v in values]


def _tensors(level: Tensor | Sequence[Tensor]) -> list[Tensor]:
    return [level] if isinstance(level, Tensor) else list(level)


def _plus(
    level: Tensor | Sequence[Tensor], noise: Iterator[Tensor]
) -> Tensor | list[Tensor]:
    if isinstance(level, Tensor):
        return _sum(level, next(noise))
    return [_sum(tensor, next(noise)) for tensor in level]


def _sum(feat: Tensor, noise: Tensor) -> Tensor:
    if len(noise) == len(feat):
        return feat + noise
    return (feat + noise.unflatten(0, (-1, len(feat)))).flatten(0, 1)
