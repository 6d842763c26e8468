"""Watching what the batch norms of a network are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn

from .channel_moments import ChannelMoments

#: Called with name, layer, and mean and variance of what it is given this time;
#: the variance is None if there is a single value of each channel.
WhenSeen = Callable[[str, nn.Module, Tensor, Tensor | None], None]


@contextmanager
def observed(
    norms: Mapping[str, nn.Module], when_seen: WhenSeen | None = None
) -> Iterator[dict[str, ChannelMoments]]:
    """Collect the moments of what batch norms are given while the block runs.

    Args:
        norms: The layers by name.
        when_seen: What to do before a layer normalises.

    Yields:
        The moments by name; a layer that did not run has a count of 0.
    """
    moments = {name: ChannelMoments.for_norm(norm) for name, norm in norms.items()}

    def watch(name: str) -> Callable:
        def hook(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            mean, variance = moments[name].add(inputs[0])
            if when_seen is not None:
                count = inputs[0].numel() // inputs[0].shape[1]
                # as the layer will keep it, so that one batch of all images is exact
                kept = variance * count / (count - 1) if count > 1 else None
                when_seen(name, norm, mean, kept)

        return hook

    handles = [
        norm.register_forward_pre_hook(watch(name)) for name, norm in norms.items()
    ]
    try:
        yield moments
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def with_auxiliary_heads(segmentor: nn.Module) -> Iterator[None]:
    """Let auxiliary heads that inference leaves out run as well, inside the block.

    mmseg predicts with its decode head alone. Maps and objectives of an auxiliary head
    need its batch norms as much, where a training goes on from the statistics.
    """
    idle = _idle_heads(segmentor)

    def run(module: nn.Module, inputs: tuple, feats: object) -> None:
        for head in idle:
            head(feats)

    last = segmentor.neck if getattr(segmentor, "with_neck", False) else None
    last = last or getattr(segmentor, "backbone", None)
    handle = last.register_forward_hook(run) if idle and last is not None else None
    try:
        yield
    finally:
        if handle is not None:
            handle.remove()


def _idle_heads(segmentor: nn.Module) -> list[nn.Module]:
    if getattr(segmentor, "aux_weight", 0):  # it predicts with both of its heads
        return []
    given = getattr(segmentor, "auxiliary_head", None)
    if given is None:
        return []
    return list(given) if isinstance(given, nn.ModuleList) else [given]
