"""Laws of random noise, each within its bound."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .units import at_most, below, limited, location_norms


def gaussian(feats: Sequence[Tensor]) -> list[Tensor]:
    """A standard normal number for each element of feature maps."""
    return [torch.randn_like(feat.detach()) for feat in feats]


def gaussian_channel(feats: Sequence[Tensor]) -> list[Tensor]:
    """A standard normal number for each channel and image, all over the image."""
    drawn = [torch.randn(f.shape[:2], dtype=f.dtype, device=f.device) for f in feats]
    return [
        n.reshape(*n.shape, *[1] * (f.dim() - 2)).expand_as(f)
        for n, f in zip(drawn, feats, strict=True)
    ]


def gaussian_mixed(feats: Sequence[Tensor], channel_share: float) -> list[Tensor]:
    """A number for each element and one for its channel, clamped and mixed.

    Args:
        feats: Feature maps (N, C_i, h_i, w_i), or (N, C_i).
        channel_share: Share s of the channel's number n, in [0, 1]; the element's own m
            has 1 - s.

    Returns:
        (1 - s) * clamp(m) + s * clamp(n), in [-1, 1], for each element.
    """
    return [
        (1 - channel_share) * own.clamp(-1, 1) + channel_share * common.clamp(-1, 1)
        for own, common in zip(gaussian(feats), gaussian_channel(feats), strict=True)
    ]


def clipped(noise: Tensor, bound: Tensor | float) -> Tensor:
    """Noise of size 1 scaled by a bound and clamped to it, element by element."""
    if isinstance(bound, Tensor):
        most = below(bound, noise.dtype).to(noise)
        return torch.minimum(torch.maximum(most * noise, -most), most)
    most = at_most(bound, noise.dtype)
    return (bound * noise).clamp(-most, most)


def signed(noise: Tensor, bound: Tensor | float) -> Tensor:
    """A bound with the sign of noise, element by element."""
    if isinstance(bound, Tensor):
        return below(bound, noise.dtype).to(noise) * noise.sign()
    return at_most(bound, noise.dtype) * noise.sign()


def on_sphere(
    noise: Sequence[Tensor], bounds: Sequence[Tensor | float]
) -> list[Tensor]:
    """Noise with a given L2 norm over the channels of each location.

    Args:
        noise: (N, C_i, h_i, w_i), or (N, C_i). Those of one size count as concatenated.
        bounds: The norms, which broadcast to (N, h_i, w_i).
    """
    norms = location_norms(noise)
    return [
        _scaled(n, below(bound, n.dtype) / norm.clamp(min=1e-12))
        for n, bound, norm in zip(noise, bounds, norms, strict=True)
    ]


def _scaled(noise: Tensor, factor: Tensor) -> Tensor:
    return noise * limited(factor, noise.dtype).unsqueeze(1).to(noise)
