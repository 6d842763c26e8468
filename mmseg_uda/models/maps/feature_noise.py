"""Bounded noise on feature maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from mmseg_uda.utils.options import from_options
from mmseg_uda.utils.suggestions import check_choice

from .noise.kind_options import MIXED, WORST, check_search, check_share
from .noise.laws import (
    clipped,
    gaussian,
    gaussian_channel,
    gaussian_mixed,
    on_sphere,
    signed,
)
from .noise.levels import one_after_the_other, repeated, tensors_of, with_noise
from .noise.units import check_unit, element_bounds, norm_bounds
from .noise.worst_search import WorstSearch

_NORM_KINDS = ("l2_location", WORST)
NOISE_KINDS = ("gaussian_clip", "sign", "gaussian_channel", MIXED, *_NORM_KINDS)
#: Of clean features (as :attr:`View.feats`): what noisy ones do to the prediction.
Divergence = Callable[[list], Callable[[list], Tensor]]


class FeatureNoise:
    r"""The noise r of the LCDA paper, Eq. 3: :math:`\|r\| \le \epsilon`.

    The paper says that it is Gaussian, and gives neither :math:`\epsilon` nor the norm
    nor how the bound is kept; the readings below are ours. The default is by evidence,
    the study in docs/benchmarks/map_quality.md: on average its map ranks wrong pixels
    better than the divergence of the two heads does, with networks far from the target
    and near it alike; no kind is best with both. 'gaussian_clip' with an absolute 0.5,
    the first default, leaves exp(-L) within 0.002 of 1 on right and on wrong pixels of
    all networks tried: features are larger, and a head averages noise away that is
    independent at each location. docs/visualization.md says how to measure one's own
    network.

    - ``'gaussian_clip'``: every element drawn from N(0, eps^2), clamped to [-eps, eps].
      Gaussian, and the maximum norm is at most eps (root mean square 0.72 eps).
    - ``'sign'``: eps times the sign of a Gaussian, the noise that the first author's
      SRDA code adds. Maximum norm eps.
    - ``'gaussian_channel'``: like ``'gaussian_clip'``, but one number for each channel
      and image, the same at all locations. Our extension: a head that averages over
      its surroundings averages independent noise away, this one it does not. A norm
      right behind a 1x1 convolution can take it away: instance norm always, batch norm
      in a training with one image of the view per process (the weight's report in the
      log tells).
    - ``'gaussian_mixed'``: the sum of both, with ``channel_share`` of the bound for the
      number that a channel's locations share, the rest for the element's own. Our
      extension.
    - ``'l2_location'``: a Gaussian direction over all channels of a location, with L2
      norm eps there. Its eps lives on another scale: with 2048 channels, noise of rms
      0.36 per channel needs eps of about 16.
    - ``'worst_direction'``: L2 norm eps at each location as well, in the direction in
      which the prediction changes most, found by power iteration from a random start
      as in virtual adversarial training (Miyato et al.). Our extension; see
      :func:`~mmseg_uda.models.maps.noise.worst_direction.worst_direction`.

    An absolute eps means something else on every network. Other units (our extension)
    measure the clean features, without gradient, by image, so that what an image gets
    does not depend on its batch, and by level (kinds that bound a norm: all levels
    together if they have one size):

    - ``'rms'``: eps times the root mean square of the feature map's elements. A kind
      that bounds a norm gets the norm of a location whose elements have this size, eps
      * rms * sqrt(C), so that eps = 1 bounds the noise by the signal for all kinds.
    - ``'location'``: eps times the L2 norm of the features at the location itself, for
      the kinds that bound a norm. Unlike rms it leaves weak locations, which a few
      strong ones would drown, their proportion; where features are 0, so is the noise.

    Args:
        kind: One of the six above.
        eps: Bound on the norm, in units of ``unit``. 0 switches the noise off.
        unit: ``'absolute'`` (units of the features), ``'rms'`` or ``'location'``.
        power_steps: Power steps of ``'worst_direction'``, >= 1; 1 if None.
        xi: Where ``'worst_direction'`` takes its gradient, as a share of the bound, in
            (0, 1]; 0.1 if None. Near 0 it sees curvature alone, 1 is the full noise.
        channel_share: What a channel shares of the bound of ``'gaussian_mixed'``, in
            (0, 1); 0.25 if None.

    Attributes:
        eps: See above. It may be set later, unchecked; ``'auto'`` until
            :class:`LipschitzMap`'s is found.

    Raises:
        ValueError: If an option is unknown, out of range or not one of this kind.
    """

    def __init__(
        self,
        kind: str = MIXED,
        eps: float = 3.0,
        unit: str = "rms",
        power_steps: int | None = None,
        xi: float | None = None,
        channel_share: float | None = None,
    ) -> None:
        check_choice("noise kind", kind, NOISE_KINDS)
        check_unit(unit, kind, kind in _NORM_KINDS)
        check_eps(eps)
        check_search(kind, power_steps, xi)
        check_share(kind, channel_share)
        self.kind = kind
        self.eps = eps
        self.unit = unit
        self.power_steps = power_steps or 1
        self.xi = 0.1 if xi is None else xi
        self.channel_share = 0.25 if channel_share is None else channel_share

    def __call__(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Draw noise for the feature maps that one segmentation head reads.

        Args:
            feats: Feature maps (N, C_i, h_i, w_i); class tokens (N, C_i).

        Returns:
            One noise tensor a feature map, same shapes and dtypes, without gradient.
            For kinds that bound a norm, maps that all have one size count as
            concatenated (the bound holds over all their channels together); else
            each counts by itself.

        Raises:
            ValueError: If the kind needs to know the prediction.
        """
        if self.kind == WORST:
            raise ValueError(
                f"{WORST} noise is found, not drawn: call added_to(..., divergence=...)"
            )
        if self.kind == "l2_location":
            return on_sphere(gaussian(feats), norm_bounds(self.unit, self.eps, feats))
        shaped = signed if self.kind == "sign" else clipped
        noise, bounds = self._drawn(feats), element_bounds(self.unit, self.eps, feats)
        return [shaped(n, bound) for n, bound in zip(noise, bounds, strict=True)]

    def _drawn(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Draw numbers of size 1 for a kind that bounds every element by itself."""
        if self.kind == MIXED:
            return gaussian_mixed(feats, self.channel_share)
        return (gaussian_channel if self.kind == "gaussian_channel" else gaussian)(
            feats
        )

    def added_to(
        self,
        feats: Sequence,
        levels: Sequence[int],
        draws: int = 1,
        divergence: Divergence | None = None,
    ) -> list:
        """Return the feature maps with fresh noise on some of them.

        Args:
            feats: Feature maps; a map may come with its class token, as a sequence.
            levels: Indices of the maps that a segmentation head reads.
            draws: Number S of draws.
            divergence: Takes clean features and returns a function: of noisy features,
                as returned here, how far they take the prediction, one number or any
                map that keeps draws and images apart. ``'worst_direction'`` needs it,
                and calls both with gradients on and autocast off, the latter once a
                power step.

        Returns:
            All levels. Those with noise hold the draws one after the other, (S * N,
            C_i, h_i, w_i), and carry the gradient of ``feats``; the noise has none.

        Raises:
            ValueError: If the kind needs a divergence and none is given.
        """
        read = [f.detach() for f in tensors_of(feats, levels)]
        if self.kind != WORST:
            noise = one_after_the_other([self(read) for _ in range(draws)])
        elif self.eps:
            search = WorstSearch(self.unit, self.eps, self.power_steps, self.xi)
            noise = search(feats, levels, draws, _needed(divergence))
        else:  # no direction to look for
            noise = repeated([torch.zeros_like(f) for f in read], draws)
        return with_noise(feats, levels, noise)

    def changed(self, **options: Any) -> FeatureNoise:
        """Noise with other options; those of a kind alone go with it."""
        own = dict(kind=self.kind, eps=self.eps, unit=self.unit)
        if self.kind == WORST == options.get("kind", WORST):
            own.update(power_steps=self.power_steps, xi=self.xi)
        if self.kind == MIXED == options.get("kind", MIXED):
            own.update(channel_share=self.channel_share)
        return from_options(FeatureNoise, "noise", {**own, **options})

    def bound(self) -> str:
        """The bound and the kind as a formula, for people."""
        eps = self.eps if isinstance(self.eps, str) else f"{self.eps:g}"
        size = {
            "absolute": eps,
            "rms": f"{eps} * rms(G(x))",
            "location": f"{eps} * |G(x)| at each location",
        }[self.unit]
        if self.unit == "rms" and self.kind in _NORM_KINDS:
            size += " * sqrt(C) at each location"
        more = {
            WORST: f", power steps: {self.power_steps}",
            MIXED: f", channel share {self.channel_share:g}",
        }
        return f"|r| <= {size} ({self.kind}{more.get(self.kind, '')})"


def check_eps(eps: Any) -> None:
    """Refuse a bound on noise that is no finite number >= 0.

    Raises:
        ValueError: If it is refused.
    """
    is_number = isinstance(eps, Real) and not isinstance(eps, bool)
    if not is_number or not 0 <= eps < float("inf"):
        raise ValueError(f"noise eps must be finite and >= 0, got {eps!r}")


def _needed(divergence: Divergence | None) -> Divergence:
    if divergence is None:
        raise ValueError(
            f"{WORST} noise is searched for with the prediction: "
            "added_to needs divergence=..."
        )
    return divergence
