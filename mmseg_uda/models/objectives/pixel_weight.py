"""A map turned into a weight per pixel."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.structures import Step

LINKS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda value: value,
    "exp_neg": lambda value: (-value).exp(),
}


class PixelWeight:
    r"""Looks a map up, links it and brings it to the size of a loss.

    .. math:: w = b + a \, \mathrm{link}(m)

    Args:
        map: Name of a map in ``model.maps``.
        link: ``'identity'``, the map m itself, or ``'exp_neg'``, exp(-m), in (0, 1].
        detach: Stop the gradient through the weight. False lets the map be trained by
            the loss that it weights, as RPLUE's code does; for LCRF (Eq. 8), where
            the paper is silent, that is our choice too.
        scale: a.
        offset: b.
        begin_iters: The weight is 1 before this many iterations are done.

    Raises:
        ValueError: If ``link`` is unknown.
    """

    def __init__(
        self,
        map: str,
        link: str = "identity",
        detach: bool = True,
        scale: float = 1.0,
        offset: float = 0.0,
        begin_iters: int = 0,
    ) -> None:
        if link not in LINKS:
            raise ValueError(
                f"unknown weight link {link!r}, choose one of: {', '.join(LINKS)}"
            )
        self.map = map
        self.link = link
        self.detach = detach
        self.scale = scale
        self.offset = offset
        self.begin_iters = begin_iters

    def __call__(self, step: Step, seg_head: str, size: tuple[int, int]) -> Tensor:
        """The weight for a loss of the given (height, width), (N, height, width)."""
        value = step.map(self.map, seg_head)
        if self.detach:
            value = value.detach()
        weight = self.offset + self.scale * LINKS[self.link](value)
        if self.begin_iters and step.iteration < self.begin_iters:
            # the map is part of the graph all along, as an objective's is that begins
            # later: every rank always uses the same parameters
            weight = 1 + 0 * weight
        if weight.shape[1:] == size:
            return weight
        return F.interpolate(
            weight.unsqueeze(1), size=size, mode="bilinear", align_corners=False
        ).squeeze(1)

    def equation(self, seg_head: str, detach: bool = False) -> str:
        """The weight as a formula; ``detach`` where no gradient passes in any case."""
        name = f"{self.map}_{seg_head}"
        text = f"exp(-{name})" if self.link == "exp_neg" else name
        text = f"stop_grad[{text}]" if self.detach or detach else text
        if self.scale != 1:
            text = f"{self.scale:g} * {text}"
        return f"({self.offset:g} + {text})" if self.offset else text
