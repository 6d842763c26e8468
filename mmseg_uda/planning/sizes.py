"""To which size images are made, and which crops are cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Size = tuple[int, int]

_STEP = 32  # crops are multiples of this, by which networks shrink images
_SMALLEST = 64  # side of a crop below which a network sees nothing
_HUGE = 4096  # side of an image of which each crop costs seconds to decode


@dataclass(frozen=True)
class Sizes:
    """Sizes of a plan.

    Attributes:
        scale: (long, short) side that images are made to fit, in their shape.
        crop: (height, width) of a training crop.
        said: What was decided, and why.
    """

    scale: Size
    crop: Size
    said: tuple[str, ...]


def plan_sizes(images: Sequence[Size], longest: int, largest_crop: int) -> Sizes:
    """Choose sizes by which the images of all domains can be trained on.

    Images keep their shape. They are not made larger than the median image is, but
    where the smallest crop asks for it.

    Args:
        images: Width and height of every image of all domains.
        longest: Long side, at most, for the time that there is.
        largest_crop: Side of a crop, at most.
    """
    sizes = np.asarray(images, dtype=float)
    long, short = sizes.max(1), sizes.min(1)
    ratios = short / long
    median = float(np.median(long))
    side = min(longest, int(median))
    said = []
    flattest = float(ratios.min())
    needed = int(np.ceil(_SMALLEST / flattest))
    if side < needed:
        said.append(
            f"images are made larger, to {needed} pixels, so that a crop of "
            f"{_SMALLEST} fits into the longest of them"
        )
        side = needed
    # the short side never decides: it is that of a square
    scale = (side, side)
    fitted = np.floor(sizes / long[:, None] * side)
    width, height = (int(v) // _STEP * _STEP for v in fitted.min(0))
    crop = tuple(max(_STEP, min(largest_crop, v)) for v in (height, width))
    said.insert(
        0,
        f"images of {_told(sizes)} are made {side} pixels long; crops are {crop[1]}x"
        f"{crop[0]}",
    )
    if min(crop) < min(largest_crop, _SMALLEST * 2) and flattest < 0.25:
        said.append(
            "the crops are that small because of very long images; leave these out, or "
            "cut them into pieces, for larger ones"
        )
    if median > 4 * side:
        said.append(
            f"details below {round(median / side)} pixels are lost by that: raise "
            "scale and crop_size with a larger --budget"
        )
    if long.max() > _HUGE:
        said.append(
            f"images up to {int(long.max())} pixels are decoded whole for every crop, "
            "which takes long: cut them into tiles of about 1024 first"
        )
    return Sizes(scale, crop, tuple(said))


def _told(sizes: np.ndarray) -> str:
    """Return the smallest and the largest of some sizes."""
    order = sizes.prod(1).argsort()
    first, last = (tuple(sizes[i].astype(int)) for i in (order[0], order[-1]))
    small, large = (f"{w}x{h}" for w, h in (first, last))
    return small if first == last else f"{small} to {large}"
