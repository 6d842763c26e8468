"""The grid of patches over an image."""

from collections.abc import Sequence

#: Start of the names of a data sample's fields that hold labels of patches.
REGION_FIELD = "gt_region_"


def check_patch_size(patch_size: Sequence[int]) -> tuple[int, int]:
    """Return a patch size as (height, width).

    Raises:
        ValueError: If it is not two whole numbers of at least 2 pixels.
    """
    sides = tuple(patch_size) if isinstance(patch_size, Sequence) else ()
    if len(sides) != 2 or not all(isinstance(s, int) and s >= 2 for s in sides):
        raise ValueError(
            "patch_size must be (height, width) in pixels, whole numbers >= 2, got "
            f"{patch_size!r}"
        )
    return sides


def grid_shape(size: Sequence[int], patch_size: Sequence[int]) -> tuple[int, int]:
    """Return how many patches (I, J) an image is cut into.

    The grid covers the whole image. Where the sides of the image are no multiples of
    the patch's, their number is rounded and the patches are a little larger or
    smaller: 720x1280 in patches of 32x64 gives 22x20, of 32.7x64.

    Args:
        size: (H, W) of the image in pixels.
        patch_size: (height, width) of a patch in pixels.
    """
    rows, columns = (max(1, round(size[axis] / patch_size[axis])) for axis in (0, 1))
    return rows, columns
