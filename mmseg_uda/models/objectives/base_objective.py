"""What every objective has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Number

from torch import Tensor, nn

from mmseg_uda.models.decay import Decay
from mmseg_uda.structures import Step
from mmseg_uda.utils.options import from_options

from .pixel_weight import PixelWeight


class BaseObjective(nn.Module):
    r"""One term of the total loss.

    .. math:: \sum_k \lambda_k \, \mathrm{mean}(\ell_k \cdot w_k)

    over the segmentation heads k of ``loss_weight``, with the per-pixel loss
    :math:`\ell` that a subclass writes and an optional weight w from a map.

    Args:
        loss_weight: :math:`\lambda` by segmentation head, such as
            ``dict(decode=1.0, aux=0.2)``. A plain number is the main head's. A head set
            to None is left out. ``'fused'`` is the fused prediction of both heads.
        weight: Arguments of :class:`PixelWeight`, or None for no weight.
        begin_iters: The term counts 0 before this many iterations are done. Its graph
            is still built, so that every rank always uses the same parameters.
        decay: Arguments of :class:`Decay`, a factor on lambda that falls to 0 over the
            training; None for a lambda that stays.
        paper: Where the term stands in a paper; shown by ``tools/describe_method.py``.

    Raises:
        ValueError: If ``loss_weight`` is empty or holds something else than numbers
            that are not negative, ``begin_iters`` is none such, or ``weight`` or
            ``decay`` is no dict of the options there.
    """

    def __init__(
        self,
        loss_weight: float | dict = 1.0,
        weight: dict | None = None,
        begin_iters: int = 0,
        decay: dict | None = None,
        paper: str = "",
    ) -> None:
        super().__init__()
        self.loss_weight = _as_head_weights(loss_weight)
        self.weight = (
            None if weight is None else from_options(PixelWeight, "weight", weight)
        )
        if not isinstance(begin_iters, Number) or begin_iters < 0:
            raise ValueError(
                f"begin_iters must be a number of iterations >= 0, got {begin_iters!r}"
            )
        self.begin_iters = begin_iters
        self.decay = None if decay is None else from_options(Decay, "decay", decay)
        self.paper = paper

    def forward(self, step: Step) -> dict[str, Tensor]:
        """Loss terms of this step.

        Returns:
            ``loss_<seg_head>``, the weighted term that is minimised, and, where its
            lambda is not always 1, ``<seg_head>``: the plain value, for the log only.
        """
        terms = {}
        for seg_head, factor in self.loss_weight.items():
            value = self.value(step, seg_head)
            terms[f"loss_{seg_head}"] = factor * self._gate(step) * value
            if factor != 1 or self.decay is not None:
                terms[seg_head] = value.detach()
        return terms

    def value(self, step: Step, seg_head: str) -> Tensor:
        """The term of one segmentation head before its lambda, a scalar."""
        losses = self.pixel_loss(step, seg_head)
        losses = [losses] if isinstance(losses, Tensor) else losses
        return sum(
            self.reduce(self._weighted(step, seg_head, loss), step) for loss in losses
        )

    def pixel_loss(self, step: Step, seg_head: str) -> Tensor | Sequence[Tensor]:
        """The loss per pixel, (N, h, w); several of them (scales) are summed up."""
        raise NotImplementedError(f"{type(self).__name__} must define pixel_loss")

    def reduce(self, pixel_loss: Tensor, step: Step) -> Tensor:
        """Average the weighted pixel loss; by default over all pixels."""
        return pixel_loss.mean()

    def pixel_labels(self, step: Step) -> Tensor | None:
        """Labels of the pixels, (N, H, W), 255 = does not count; None: all count."""
        return None

    def views(self) -> list[str]:
        """Names of the views that the objective looks at itself."""
        return []

    def weighted_views(self) -> list[str]:
        """Those of :meth:`views` that the loss per pixel, and so a weight, is on."""
        return self.views()

    def maps(self) -> list[str]:
        """Names of the maps that the objective uses."""
        return [] if self.weight is None else [self.weight.map]

    def head_names(self) -> list[str]:
        """Names of the entries of ``model.heads`` that the objective trains."""
        return []

    def extra_seg_heads(self) -> list[str]:
        """Segmentation heads needed besides those of ``loss_weight``."""
        return []

    def check(self, segmentor: nn.Module) -> None:
        """Refuse, with a ValueError, a segmentor that makes no sense here."""

    def check_maps(self, maps: Mapping[str, nn.Module]) -> None:
        """Refuse, with a ValueError, map parts that make no sense here."""

    def equation(self, seg_head: str) -> str:
        """The loss per pixel as a formula, without lambda and weight."""
        raise NotImplementedError(f"{type(self).__name__} must define equation")

    def _gate(self, step: Step) -> float:
        if step.iteration < self.begin_iters:
            return 0.0
        return 1.0 if self.decay is None else self.decay(step.iteration)

    def _weighted(self, step: Step, seg_head: str, loss: Tensor) -> Tensor:
        if self.weight is None:
            return loss
        return self.weight(step, seg_head, loss)


def _as_head_weights(loss_weight: float | dict) -> dict[str, float]:
    if isinstance(loss_weight, Number):
        loss_weight = {"decode": loss_weight}
    given = loss_weight if isinstance(loss_weight, Mapping) else {}
    weights = {head: value for head, value in given.items() if value is not None}
    wrong = [
        head
        for head, value in weights.items()
        if not isinstance(value, Number) or not value >= 0
    ]
    if wrong or not weights:
        raise ValueError(
            "loss_weight must be a number >= 0 or a dict of such by segmentation head, "
            f"such as dict(decode=1.0, aux=0.2), got {loss_weight!r}"
        )
    return weights
