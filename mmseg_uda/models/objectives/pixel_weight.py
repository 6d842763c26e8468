"""A map turned into a weight per pixel."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mmseg_uda.layers import resize_map
from mmseg_uda.structures import Step
from mmseg_uda.utils.options import check_number
from mmseg_uda.utils.suggestions import check_choice

LINKS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda value: value,
    "exp_neg": lambda value: (-value).exp(),
}

NORMS = ("none", "mean")
RESIZES = ("weight", "loss")
#: Gets the step, the segmentation head and the weight (N, h, w), without gradient.
Observer = Callable[[Step, str, Tensor], None]


class PixelWeight:
    r"""Looks a map up, links it, and weights a loss with it.

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
        norm: ``'none'``, or ``'mean'``: link(m) is divided by its mean over the image,
            so that the weight says where, and not how much, the loss counts. (A map
            whose mean is 0 says nothing: link(m) is then 1.) MLAN's maps are as small
            as log(N)/N, and would switch off what they weight.
        resize: What is resized (bilinear) where the sizes differ: the ``'weight'``, or
            the ``'loss'``, as MLAN's Eq. 9 up-samples its 3x3 loss to the map's I x J
            (not where the loss is averaged over what has a label).

    Attributes:
        observer: Called with every weight that a loss is multiplied by, from
            ``begin_iters`` on; None for nobody. For hooks that tell what it does.

    Raises:
        ValueError: If ``link``, ``norm`` or ``resize`` is unknown, or ``scale``,
            ``offset`` or ``begin_iters`` is no number.
    """

    def __init__(
        self,
        map: str,
        link: str = "identity",
        detach: bool = True,
        scale: float = 1.0,
        offset: float = 0.0,
        begin_iters: int = 0,
        norm: str = "none",
        resize: str = "weight",
    ) -> None:
        check_choice("weight link", link, LINKS)
        check_choice("weight norm", norm, NORMS)
        check_choice("weight resize", resize, RESIZES)
        check_number("weight scale", scale)
        check_number("weight offset", offset)
        check_number("weight begin_iters", begin_iters, lowest=0)
        self.map = map
        self.link = link
        self.detach = detach
        self.scale = scale
        self.offset = offset
        self.begin_iters = begin_iters
        self.norm = norm
        self.resize = resize
        self.observer: Observer | None = None

    def __call__(
        self, step: Step, seg_head: str, loss: Tensor, detach: bool | None = None
    ) -> Tensor:
        """Weight a loss.

        Args:
            step: The step.
            seg_head: Segmentation head that the map is asked for.
            loss: (N, h, w).
            detach: Instead of the weight's own ``detach``.

        Returns:
            The product, (N, h, w), or of the map's size with ``resize='loss'``.

        Raises:
            ValueError: If the map is of another number of images.
        """
        weight = self.of(step, seg_head, detach)
        if len(weight) != len(loss):
            raise ValueError(
                f"map {self.map!r} of {len(weight)} image(s) cannot weight a loss of "
                f"{len(loss)}: set the map's `on` to a view of the same images"
            )
        begun = not self.begin_iters or step.iteration >= self.begin_iters
        if not begun:
            # the map is part of the graph all along, as an objective's is that begins
            # later: every rank always uses the same parameters
            weight = 1 + 0 * weight
        if self.resize == "loss":
            loss = resize_map(loss, weight.shape[1:])
        else:
            weight = resize_map(weight, loss.shape[1:])
        if self.observer is not None and begun:
            self.observer(step, seg_head, weight.detach())
        return loss * weight

    def of(self, step: Step, seg_head: str, detach: bool | None = None) -> Tensor:
        """The weight itself, (N, h, w) of the map's size; ``detach`` as for a call."""
        value = step.map(self.map, seg_head)
        if self.detach if detach is None else detach:
            value = value.detach()
        linked = LINKS[self.link](value)
        if self.norm == "mean":
            linked = _with_mean_one(linked)
        return self.offset + self.scale * linked

    def equation(self, seg_head: str, detach: bool = False) -> str:
        """The weight as a formula; ``detach`` where no gradient passes in any case."""
        name = f"{self.map}_{seg_head}"
        text = f"exp(-{name})" if self.link == "exp_neg" else name
        text = f"{text} / mean" if self.norm == "mean" else text
        text = f"stop_grad[{text}]" if self.detach or detach else text
        if self.scale != 1:
            text = f"{self.scale:g} * {text}"
        return f"({self.offset:g} + {text})" if self.offset else text

    def product(self, loss: str, seg_head: str, detach: bool = False) -> str:
        """The weighted loss as a formula, as :func:`product_text` writes it."""
        return product_text(loss, self.equation(seg_head, detach), self.resize)


def product_text(loss: str, weight: str, resize: str) -> str:
    """Write a loss times a weight; ``resize`` as in :class:`PixelWeight`."""
    shown = f"resized[ {loss} ]" if resize == "loss" else loss
    return f"{shown} * {weight}"


def _with_mean_one(values: Tensor) -> Tensor:
    """Divide (N, h, w) by the mean of each image; 1 where that is 0."""
    means = values.mean(dim=(1, 2), keepdim=True)
    none = means.abs() < torch.finfo(values.dtype).tiny
    return torch.where(none, 1.0, values / means.masked_fill(none, 1.0))
