"""Counting what a map costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from torch import Tensor, nn

from mmseg_uda.structures.cascade import stages_of
from mmseg_uda.structures.seg_heads import segmentation_heads


@dataclass
class Passes:
    """How often images went through a network.

    A batch of four images is four passes.

    Attributes:
        backbone: Passes of the backbone.
        head: Passes of segmentation heads; a cascade counts as one head.
        backward: How many of the latter were also differentiated.
    """

    backbone: int = 0
    head: int = 0
    backward: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@contextmanager
def counted_passes(segmentor: nn.Module) -> Iterator[Passes]:
    """Count the passes inside a block.

    What is called is replaced meanwhile, and not hooked into: heads run their
    ``forward`` themselves, too, which no hook of torch sees.

    Args:
        segmentor: A segmentor of mmseg's EncoderDecoder kind, not wrapped.
    """
    passes = Passes()
    with ExitStack() as undo:
        _replace(undo, segmentor.backbone, partial(_count_backbone, passes))
        for name, head in segmentation_heads(segmentor).items():
            if not name.startswith("decode_"):  # an earlier stage of a cascade
                _replace(undo, stages_of(head)[-1], partial(_count_head, passes))
        yield passes


def _replace(undo: ExitStack, module: nn.Module, count: Callable) -> None:
    before = vars(module).get("forward")
    forward = module.forward
    module.forward = partial(count, forward)
    if before is None:
        undo.callback(delattr, module, "forward")
    else:  # someone else has replaced it before
        undo.callback(setattr, module, "forward", before)


def _count_backbone(
    passes: Passes, forward: Callable, images: Tensor, *args: Any
) -> Any:
    passes.backbone += len(images)
    return forward(images, *args)


def _count_head(
    passes: Passes, forward: Callable, feats: Sequence, *args: Any
) -> Tensor:
    logits = forward(feats, *args)
    passes.head += len(logits)
    if logits.requires_grad:

        def differentiated(gradient: Tensor) -> None:
            passes.backward += len(gradient)

        logits.register_hook(differentiated)
    return logits
