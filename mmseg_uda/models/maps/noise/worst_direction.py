"""Where in a ball of noise a prediction changes most."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .laws import on_sphere
from .units import location_norms


def worst_direction(
    start: Sequence[Tensor],
    bounds: Sequence[Tensor | float],
    divergence: Callable[[list[Tensor]], Tensor],
    steps: int,
    xi: float,
) -> list[Tensor]:
    r"""Power iteration on a divergence, one direction a location.

    .. math::
        r \leftarrow \epsilon \, g / \|g\|_2, \quad
        g = \nabla_r D(H(G(x)), H(G(x) + r)) |_{r = \xi r}

    D is 0 and smallest at r = 0, so for a small :math:`\xi` g is the product of its
    Hessian and r: the power step of Miyato et al., "Virtual Adversarial Training: A
    Regularization Method for Supervised and Semi-Supervised Learning". As the norm is
    bounded location by location, g is normalised there, too; where D is as good as
    quadratic it still grows with every step, of heads that look around as well.

    Where g is 0 or not finite, the direction stays as it was. Only the gradient of the
    noise is asked for; none of a weight is computed or touched.

    Args:
        start: Random directions (N, C_i, h_i, w_i), or (N, C_i), of any length.
        bounds: Norms over the channels of a location, see :func:`on_sphere`.
        divergence: What noise does to the prediction, of any shape; it is summed.
        steps: Number of power steps, >= 1; each is a pass of the head and back.
        xi: Where the gradient is taken, as a share of the bound.

    Returns:
        Noise of these shapes, without gradient.
    """
    noise = on_sphere(start, bounds)
    for _ in range(steps):
        probes = [(xi * n).requires_grad_() for n in noise]
        total = divergence(probes).sum()
        gradients = torch.autograd.grad(total, probes, allow_unused=True)
        noise = _turned(noise, gradients, bounds)
    return noise


def _turned(
    noise: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    bounds: Sequence[Tensor | float],
) -> list[Tensor]:
    """Noise along gradients, where there is one."""
    known = [
        torch.zeros_like(n) if g is None else g.nan_to_num(0, 0, 0)
        for n, g in zip(noise, gradients, strict=True)
    ]
    # squares of small gradients would underflow: largest element 1 at each location
    largest = [m.clamp(min=torch.finfo(m.dtype).tiny) for m in _largest(known)]
    unit = [g / m for g, m in zip(known, largest, strict=True)]
    turned = on_sphere(unit, bounds)
    found = [norm.unsqueeze(1) > 0.5 for norm in location_norms(unit)]
    triples = zip(found, turned, noise, strict=True)
    return [torch.where(f, t, n) for f, t, n in triples]


def _largest(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Largest absolute value over channels, joined like :func:`location_norms`."""
    if len({t.shape[2:] for t in tensors}) == 1:
        joined = torch.cat(list(tensors), 1).abs().amax(1, keepdim=True)
        return [joined] * len(tensors)
    return [t.abs().amax(1, keepdim=True) for t in tensors]
