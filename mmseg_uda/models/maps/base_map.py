"""What every map has in common."""

from __future__ import annotations

from torch import Tensor, nn

from mmseg_uda.structures import Step


class BaseMap(nn.Module):
    """One number per pixel of a view, for a segmentation head.

    Args:
        on: Name of the view that the map is computed on.

    Attributes:
        takes_fused: Whether the map is defined for the fused prediction, too.
    """

    takes_fused = False

    def __init__(self, on: str = "target") -> None:
        super().__init__()
        self.on = on

    def forward(self, step: Step, seg_head: str) -> Tensor:
        """Compute the map, (N, h, w)."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def views(self) -> list[str]:
        """Names of the views that the map looks at."""
        return [self.on]

    def maps(self) -> list[str]:
        """Names of other maps that the map is made of."""
        return []

    def head_names(self) -> list[str]:
        """Names of the entries of ``model.heads`` that the map uses."""
        return []

    def extra_seg_heads(self, seg_head: str) -> list[str]:
        """Segmentation heads that the map needs besides the one it is asked for."""
        return []

    def check(self, segmentor: nn.Module) -> None:
        """Refuse, with a ValueError, a segmentor that the map makes no sense with."""

    def equation(self, seg_head: str) -> str:
        """The map as a formula, for ``tools/describe_method.py``."""
        raise NotImplementedError(f"{type(self).__name__} must define equation")

    def not_ready(self) -> str:
        """What the map still lacks before it can be computed; empty if nothing."""
        return ""

    def to_enlarge(self) -> str:
        """The option that makes the map larger, as advice; empty if none does."""
        return ""
