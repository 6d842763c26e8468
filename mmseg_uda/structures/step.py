"""The only state that views, heads, maps and objectives share in one iteration.

Shape letters of the whole package: N batch, K classes, C channels, H W image size,
h w map size, I J region grid, R regions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from mmseg_uda.layers import call_frozen, call_reversed

from .pixel_range import PixelRange
from .seen import FEATURE, seen
from .view import View

#: Iterations that are done once all schedules have ended, of a network as it is used.
AFTER_TRAINING = sys.maxsize

#: Where the gradient of a region head's output goes: to head and input; to the head
#: with the other sign, so that it ascends what the rest descends; to the head alone.
ROUTINGS: dict[str, Callable[..., Tensor]] = {
    "plain": lambda head, x, size: head(x, size),
    "reversed": call_reversed,
    "head_only": lambda head, x, size: head(x.detach(), size),
}


class Step:
    """One training iteration: batch -> views -> maps -> objectives.

    Views and maps are made on first use and kept until the step is thrown away, so each
    backbone pass and each map is computed once however many objectives ask for it.

    Args:
        segmentor: The wrapped mmseg segmentor.
        inputs: Images by domain, each (N, 3, H, W).
        samples: Data samples by domain.
        views: View parts by name (registry ``VIEWS``).
        heads: Discriminators and other heads by name.
        maps: Map parts by name (registry ``MAPS``).
        iteration: Iterations done before this one.
        max_iters: Length of the training in iterations.
        pixels: How the images are normalised; None for bytes as they are.
    """

    def __init__(
        self,
        segmentor: nn.Module,
        inputs: Mapping[str, Tensor],
        samples: Mapping[str, Sequence],
        views: Mapping[str, nn.Module],
        heads: Mapping[str, nn.Module],
        maps: Mapping[str, nn.Module],
        iteration: int = 0,
        max_iters: int = 1,
        pixels: PixelRange | None = None,
    ) -> None:
        self.segmentor = segmentor
        self.inputs = inputs
        self.samples = samples
        self.heads = heads
        self.iteration = iteration
        self.max_iters = max_iters
        self.pixels = pixels or PixelRange.of(None)
        self._view_parts = views
        self._map_parts = maps
        self._views: dict[str, View] = {}
        self._maps: dict[tuple[str, str], Tensor] = {}
        self._memo: dict[Hashable, Any] = {}

    @property
    def progress(self) -> float:
        """Share of the training that is done, in [0, 1]."""
        return min(1.0, self.iteration / max(1, self.max_iters))

    def view(self, name: str) -> View:
        """The view called ``name``, built on first use."""
        if name not in self._views:
            self._views[name] = self._view_parts[name](self)
        return self._views[name]

    def map(self, name: str, seg_head: str = "decode") -> Tensor:
        """The map called ``name`` for a segmentation head, (N, h, w)."""
        key = (name, seg_head)
        if key not in self._maps:
            self._maps[key] = self._map_parts[name](self, seg_head)
        return self._maps[key]

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """What ``compute`` returned when it was first asked for under ``key``."""
        if key not in self._memo:
            self._memo[key] = compute()
        return self._memo[key]

    def judged(
        self, head: str, view: str, seg_head: str = "decode", sees: str = "softmax"
    ) -> list[Tensor]:
        """What a discriminator, held constant, says of a view.

        Computed once for all who ask. Gradient flows to what it sees, not to it.

        Args:
            head: Entry of :attr:`heads`.
            view: Name of the view.
            seg_head: Segmentation head whose prediction it sees, if it does.
            sees: See :func:`~mmseg_uda.structures.seen.seen`.

        Returns:
            One (N, 1, u, v) a scale of the discriminator.
        """
        return self.once(
            ("judged", head, view, "" if sees == FEATURE else seg_head, sees),
            lambda: call_frozen(
                self.heads[head], seen(self.view(view), seg_head, sees)
            ),
        )

    def region_logits(
        self,
        head: str,
        view: str,
        seg_head: str = "decode",
        sees: str = "softmax",
        routing: str = "plain",
    ) -> Tensor:
        """What a region head says of a view, (N, R, I, J).

        Computed once for all who ask for the same.

        Args:
            head: Entry of :attr:`heads`.
            view: Name of the view.
            seg_head: Segmentation head whose prediction it sees, if it does.
            sees: See :func:`~mmseg_uda.structures.seen.seen`.
            routing: A key of :data:`ROUTINGS`.
        """
        return self.once(
            ("regions", head, view, "" if sees == FEATURE else seg_head, sees, routing),
            lambda: ROUTINGS[routing](
                self.heads[head],
                seen(self.view(view), seg_head, sees),
                tuple(self.view(view).images.shape[2:]),
            ),
        )

    def unit_images(self, view: str) -> Tensor:
        """The images of a view in [-1, 1], (N, 3, H, W), as image translators see them.

        Computed once for all who ask. Nothing is detached.
        """
        return self.once(
            ("unit_images", view), lambda: self.pixels.to_unit(self.view(view).images)
        )

    def domain(self, name: str) -> tuple[Tensor, Sequence]:
        """Images and samples of a domain in this batch.

        Raises:
            KeyError: If the batch has no such domain.
        """
        if name not in self.inputs:
            raise KeyError(
                f"this batch has no domain {name!r}, it has: "
                f"{', '.join(sorted(self.inputs))}. Name the domain in "
                "`train_dataloader.dataset.domains` and in `samples_per_domain`, or "
                "remove what uses it (set the objective to None)."
            )
        return self.inputs[name], self.samples[name]
