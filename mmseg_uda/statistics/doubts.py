"""What is doubtful about statistics that have been taken."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mmseg_uda.datasets.folders import some
from mmseg_uda.utils.wording import counted

from .image_tally import ImageTally
from .norm_layers import tracking_instance_norms

_FEW = 30  # images: "some tens" of Schneider et al.
_MANY_COPIES = 0.1  # of the images

NOTHING_TO_ADAPT = (
    "the network has no batch norm with running statistics, so there is nothing to "
    "adapt: group and layer norms go by the image itself, in training and in inference "
    "alike, and so do instance norms that keep no running statistics"
)


def nothing_to_adapt(network: nn.Module) -> str:
    """Say that a network has no batch norm, and what else of it keeps statistics."""
    norms = tracking_instance_norms(network)
    return (
        f"{NOTHING_TO_ADAPT}. But {_not_adapted(norms)}" if norms else NOTHING_TO_ADAPT
    )


def doubts(
    network: nn.Module, images: ImageTally, kept: Sequence[str], is_weighed: bool
) -> list[str]:
    """Say in sentences what is doubtful about a network's new statistics.

    Args:
        network: What predicts.
        images: The images whose statistics it has.
        kept: Names of the batch norms that have none of them.
        is_weighed: Whether the old ones have a part in what is decided: by a blend, or
            as they are kept where predictions are better with them.
    """
    told = []
    count, different = images.num_images, images.num_different
    of_all, of_different = counted(count, "image"), counted(different, "image")
    if images.num_flat:
        told.append(
            f"{images.num_flat} of {of_all} {_is(images.num_flat)} of one "
            "colour all over, so batch norm statistics of them are worthless: are "
            "these the images that were meant, and are they read as they should?"
        )
    if count - different >= _MANY_COPIES * count:
        told.append(
            f"{count - different} of {of_all} {_is(count - different)} the "
            "same as another one, pixel by pixel, and count again in the batch norm "
            "statistics"
        )
    if different < _FEW and not is_weighed:
        told.append(
            f"the batch norm statistics are those of {of_different} alone. With "
            f"n images, fewer than {_FEW}, keep a share of the network's own: blend = "
            f"N / (n + N), N some tens, such as {_FEW / (_FEW + different):.2f}"
        )
    if kept:
        told.append(
            f"{len(kept)} batch norm(s) keep what they had, as they did not run or "
            f"were given a single value: {some(kept)}"
        )
    if norms := tracking_instance_norms(network):
        told.append(_not_adapted(norms))
    return told


def _not_adapted(norms: Sequence[str]) -> str:
    return (
        f"{len(norms)} instance norm(s) with track_running_stats=True keep the running "
        "statistics that they were trained with, which are no statistics of a set: "
        f"{some(norms)}"
    )


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
