"""Bounded Gaussian noise on feature maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Real

import torch
from torch import Tensor

from mmseg_uda.suggestions import check_choice

NOISE_KINDS = ("gaussian_clip", "sign", "l2_location")


class FeatureNoise:
    r"""The noise r of the LCDA paper, Eq. 3: Gaussian with :math:`\|r\| \le \epsilon`.

    The paper gives neither :math:`\epsilon` nor the norm nor how the bound is kept; the
    three readings below are ours, and so is the default ('gaussian_clip', 0.5).

    - ``'gaussian_clip'``: every element drawn from N(0, eps^2), clamped to [-eps, eps].
      Gaussian, and the maximum norm is at most eps (root mean square 0.72 eps).
    - ``'sign'``: eps times the sign of a Gaussian, the noise that the first author's
      SRDA code adds. Maximum norm eps.
    - ``'l2_location'``: a Gaussian direction over all channels of a location, with L2
      norm eps there. Its eps lives on another scale: with 2048 channels, noise of rms
      0.36 per channel needs eps of about 16.

    Args:
        kind: One of the three above.
        eps: Bound on the norm, in units of the feature map. 0 switches the noise off.

    Raises:
        ValueError: If ``kind`` is unknown or ``eps`` is no finite number >= 0.
    """

    def __init__(self, kind: str = "gaussian_clip", eps: float = 0.5) -> None:
        check_choice("noise kind", kind, NOISE_KINDS)
        if not isinstance(eps, Real) or not 0 <= eps < float("inf"):
            raise ValueError(f"noise eps must be finite and >= 0, got {eps!r}")
        self.kind = kind
        self.eps = eps

    def __call__(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Draw noise for the feature maps that one segmentation head reads.

        Args:
            feats: Feature maps (N, C_i, h_i, w_i).

        Returns:
            One noise tensor a feature map, same shapes and dtypes, without gradient.
            For ``'l2_location'`` maps of one size count as concatenated (the bound
            holds over all their channels together); of several sizes, each by itself.
        """
        noise = [torch.randn_like(feat.detach()) for feat in feats]
        if self.kind == "l2_location":
            return self._rescale(noise)
        bounds = [_at_most(self.eps, n.dtype) for n in noise]
        if self.kind == "sign":
            return [bound * n.sign() for n, bound in zip(noise, bounds, strict=True)]
        return [
            (self.eps * n).clamp(-bound, bound)
            for n, bound in zip(noise, bounds, strict=True)
        ]

    def added_to(self, feats: Sequence, levels: Sequence[int]) -> list:
        """Return the feature maps with fresh noise on some of them.

        Args:
            feats: Feature maps; a map may come with its class token, as a sequence.
            levels: Indices of the maps that a segmentation head reads.
        """
        feats = list(feats)
        noise = iter(self([f for level in levels for f in _tensors(feats[level])]))
        for level in levels:
            feats[level] = _plus(feats[level], noise)
        return feats

    def _rescale(self, noise: list[Tensor]) -> list[Tensor]:
        sizes = {n.shape[2:] for n in noise}
        if len(sizes) == 1:
            norm = torch.linalg.vector_norm(torch.cat(noise, 1).float(), dim=1)
            norms = [norm] * len(noise)
        else:
            norms = [torch.linalg.vector_norm(n.float(), dim=1) for n in noise]
        return [
            n * (_below(self.eps, n.dtype) / norm.clamp(min=1e-12)).unsqueeze(1).to(n)
            for n, norm in zip(noise, norms, strict=True)
        ]


def _at_most(eps: float, dtype: torch.dtype) -> float:
    """The largest number of a type that is not above eps."""
    value = torch.tensor(eps, dtype=torch.float64).to(dtype)
    if value.double() > eps:
        value = value * (1 - torch.finfo(dtype).eps)
    return value.item()


def _below(eps: float, dtype: torch.dtype) -> float:
    """A hair below eps, so that rounding in a type never breaks the bound on a norm."""
    return eps * (1 - 2 * max(torch.finfo(dtype).eps, 1e-6))


def _tensors(level: Tensor | Sequence[Tensor]) -> list[Tensor]:
    """A level of features as a list: some backbones give a map and a class token."""
    return [level] if isinstance(level, Tensor) else list(level)


def _plus(
    level: Tensor | Sequence[Tensor], noise: Iterator[Tensor]
) -> Tensor | list[Tensor]:
    """Add the next of the noise tensors to each tensor of a level."""
    if isinstance(level, Tensor):
        return level + next(noise)
    return [tensor + next(noise) for tensor in level]
