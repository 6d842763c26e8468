"""The search for the worst noise, on the features of a head in any surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from .laws import gaussian, on_sphere
from .levels import changed, one_after_the_other, repeated, tensors_of, with_noise
from .units import norm_bounds
from .worst_direction import worst_direction


@dataclass(frozen=True)
class WorstSearch:
    """Finds the noise that changes a prediction most, within a norm at each location.

    It works under ``torch.no_grad()`` and in inference mode, where labels are
    predicted, and in float32 under autocast: half precision would round small steps
    away, and its gradients underflow without a loss scale. Only the gradient of the
    noise is computed.

    Args:
        unit: Unit of the bound, see :class:`FeatureNoise`.
        eps: The bound, > 0.
        power_steps: See :func:`worst_direction`.
        xi: See :func:`worst_direction`.
    """

    unit: str
    eps: float
    power_steps: int
    xi: float

    def __call__(
        self,
        feats: Sequence,
        levels: Sequence[int],
        draws: int,
        divergence: Callable[[list], Callable[[list], Tensor]],
    ) -> list[Tensor]:
        """Find noise, from as many random starts as draws.

        Args:
            feats: Clean feature maps (N, C_i, h_i, w_i).
            levels: Indices of those that get noise.
            draws: Number S of draws.
            divergence: Of clean features, what noisy ones of all draws do to the
                prediction.

        Returns:
            (S * N, C_i, h_i, w_i) for each tensor of these levels, of their types.
        """
        read = tensors_of(feats, levels)
        types = [f.dtype for f in read]
        with _search_mode(read[0].device) as precise:
            feats = changed(feats, levels, lambda f: _searchable(f, precise))
            read = tensors_of(feats, levels)
            diverge = divergence(feats)
            bounds = repeated(norm_bounds(self.unit, self.eps, read), draws)
            noise = worst_direction(
                one_after_the_other([gaussian(read) for _ in range(draws)]),
                bounds,
                lambda probes: diverge(with_noise(feats, levels, probes)),
                self.power_steps,
                self.xi,
            )
            if types != [n.dtype for n in noise]:  # rounding must not break the bound
                pairs = zip(noise, types, strict=True)
                noise = on_sphere([n.to(dtype) for n, dtype in pairs], bounds)
        return noise


@contextmanager
def _search_mode(device: torch.device) -> Iterator[bool]:
    """Gradients on, autocast off; yields whether it was on.

    What autocast keeps of weights that it has cast is neither used nor changed.
    """
    with_autocast = torch.is_autocast_enabled(device.type)
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(device.type, enabled=False),
    ):
        yield with_autocast


def _searchable(feat: Tensor, precise: bool) -> Tensor:
    """A feature map without gradient that a search can differentiate around.

    Args:
        feat: Feature map of a clean pass.
        precise: Whether autocast has made it, so that the weights are float32.
    """
    feat = feat.detach()
    feat = feat.clone() if feat.is_inference() else feat
    is_half = feat.dtype in (torch.float16, torch.bfloat16)
    return feat.float() if precise and is_half else feat
