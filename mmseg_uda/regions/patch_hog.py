"""Histograms of oriented gradients of the patches of a label map."""

import numpy as np

_CLIP = 0.2
_TINY = 1e-5


def patch_hog(
    values: np.ndarray, grid: tuple[int, int], cells: tuple[int, int], bins: int = 9
) -> np.ndarray:
    r"""Return how strong the gradients of each direction are in each cell.

    The gradient is the central difference :math:`v(y+1) - v(y-1)` along each axis. At
    the border of a patch its outermost pixel stands in for the one beyond, so that
    nothing outside of a patch describes it. Directions are unsigned, in [0, pi); the
    magnitude of a pixel is shared between the two nearest of ``bins`` bins, whose
    centres are at :math:`(b + 1/2) \pi / bins`, in proportion. Edges that are nearly
    vertical, on either side of the direction 0, thus are alike.

    "Histograms of Oriented Gradients for Human Detection" (Dalal & Triggs), without
    the smoothing over neighbouring cells.

    Args:
        values: (H, W) integers.
        grid: Number of patches (I, J); pixel y of H lies in row ``floor(y * I / H)``.
        cells: Cells (R, C) of a patch, likewise.
        bins: Number of directions O.

    Returns:
        (I, J, R, C, O) float64, >= 0.
    """
    height, width = values.shape
    values = values.astype(np.int32)
    down = _difference(values, grid[0])
    right = _difference(values.T, grid[1]).T
    y, x = np.nonzero(down | right)  # few pixels of a label map lie on an edge
    down, right = down[y, x], right[y, x]
    magnitude = np.hypot(down, right)
    position = np.arctan2(down, right) % np.pi * bins / np.pi - 0.5
    lower = np.floor(position).astype(int)
    to_upper = (position - lower) * magnitude
    rows, columns = grid[0] * cells[0], grid[1] * cells[1]
    cell = (y * rows // height * columns + x * columns // width) * bins
    sums = np.bincount(
        np.concatenate([cell + lower % bins, cell + (lower + 1) % bins]),
        np.concatenate([magnitude - to_upper, to_upper]),
        minlength=rows * columns * bins,
    )
    shape = (grid[0], cells[0], grid[1], cells[1], bins)
    return sums.reshape(shape).transpose(0, 2, 1, 3, 4)


def normalised_blocks(histograms: np.ndarray, block: int = 3) -> np.ndarray:
    r"""Normalise the histograms of cells over blocks of neighbouring cells.

    Of each ``block`` x ``block`` cells (fewer where a patch has fewer), one cell apart:
    :math:`v \leftarrow v / \sqrt{|v|^2 + 10^{-10}}`, clipped at 0.2, and again (Dalal
    & Triggs' L2-Hys). The whole is divided by the square root of the number of blocks,
    so that its length is at most 1, and distances lie in :math:`[0, \sqrt 2]`.

    Args:
        histograms: (P, R, C, O).
        block: Cells along each side of a block.

    Returns:
        (P, D) float32 in [0, 1], D = number of blocks * cells of a block * O.
    """
    sides = tuple(min(block, count) for count in histograms.shape[1:3])
    blocks = np.lib.stride_tricks.sliding_window_view(histograms, sides, axis=(1, 2))
    patches, rows, columns = blocks.shape[:3]
    blocks = blocks.reshape(patches, rows, columns, -1)
    blocks = _unit(np.minimum(_unit(blocks), _CLIP))
    return (blocks / np.sqrt(rows * columns)).reshape(patches, -1).astype(np.float32)


def _difference(values: np.ndarray, patches: int) -> np.ndarray:
    """Return the central difference along the first axis, inside of patches."""
    length = len(values)
    here = np.arange(length)
    patch = here * patches // length
    after, before = np.minimum(here + 1, length - 1), np.maximum(here - 1, 0)
    after = np.where(patch[after] == patch, after, here)
    before = np.where(patch[before] == patch, before, here)
    return values[after] - values[before]


def _unit(vectors: np.ndarray) -> np.ndarray:
    squares = (vectors**2).sum(axis=-1, keepdims=True)
    return vectors / np.sqrt(squares + _TINY**2)
