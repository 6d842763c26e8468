"""What discriminators and region heads are shown of a view."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from mmseg_uda.layers.self_information import self_information

from .view import View

#: What a head sees of class or region probabilities (N, C, h, w).
OF_PROBS: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda probs: probs,
    "self_information": self_information,
}
FEATURE = "feature"
SEES = (*OF_PROBS, FEATURE)


def seen(view: View, seg_head: str, sees: str) -> Tensor:
    """What a head is shown of a view.

    Args:
        view: The view.
        seg_head: Segmentation head whose prediction it is, if it is one.
        sees: ``'softmax'``, the class probabilities at image size, (N, K, H, W);
            ``'self_information'``, that of these; or ``'feature'``, the last feature
            map, (N, C, h, w).
    """
    if sees == FEATURE:
        return view.last_feat
    return OF_PROBS[sees](view.probs(seg_head))


def seen_equation(view: str, seg_head: str, sees: str) -> str:
    """What :func:`seen` returns, as a formula."""
    if sees == FEATURE:
        return f"feature(x_{view})"
    probs = f"p_{seg_head}(x_{view})"
    return probs if sees == "softmax" else f"{sees}({probs})"
