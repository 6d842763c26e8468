"""To which size images are made, and which crops are cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Size = tuple[int, int]

_STEP = 32  # crops are multiples of this, by which networks shrink images
_SMALLEST = 64  # side of a crop below which a network sees nothing
_FEW = 0.05  # share of the images that do not count
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
    where the smallest crop asks for it. A crop fits into 19 of 20 images.

    Args:
        images: Width and height of every image of all domains.
        longest: Long side, at most, for the time that there is.
        largest_crop: Side of a crop, at most.
    """
    sizes = np.asarray(images, dtype=float)
    long = sizes.max(1)
    median = float(np.median(long))
    # most images decide; the few that are longer are padded
    flattest = float(np.quantile(sizes.min(1) / long, _FEW))
    side = max(min(longest, int(median)), int(np.ceil(_SMALLEST / flattest)))
    fitted = np.floor(sizes / long[:, None] * side)
    width, height = (
        min(largest_crop, max(_SMALLEST, int(v) // _STEP * _STEP))
        for v in np.quantile(fitted, _FEW, axis=0, method="lower")
    )
    said = [
        f"images of {_told(sizes)} are made {side} pixels long; crops are {width}x"
        f"{height}"
    ]
    padded = int(((fitted[:, 0] < width) | (fitted[:, 1] < height)).sum())
    if padded:
        said.append(
            f"{padded} of {len(sizes)} images are smaller than a crop then, and padded"
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
    return Sizes((side, side), (height, width), tuple(said))


def _told(sizes: np.ndarray) -> str:
    """Return the smallest and the largest of some sizes."""
    order = sizes.prod(1).argsort()
    first, last = (tuple(sizes[i].astype(int)) for i in (order[0], order[-1]))
    small, large = (f"{w}x{h}" for w, h in (first, last))
    return small if first == last else f"{small} to {large}"
