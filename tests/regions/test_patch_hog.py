"""Gradients of label maps: by hand, against loops in float64, and what they ignore."""

import math

import numpy as np
import pytest

from mmseg_uda.regions.fill_ignored import fill_ignored
from mmseg_uda.regions.patch_hog import normalised_blocks, patch_hog


def test_hog__vertical_edge_by_hand():
    # one patch of 2x4, one cell: v(x+1) - v(x-1) is 6 in the two middle columns of both
    # rows; the direction 0 lies between the last bin and the first
    values = np.array([[1, 1, 7, 7]] * 2)
    (hog,) = patch_hog(values, (1, 1), (1, 1)).reshape(-1, 9)
    assert hog.tolist() == [12, 0, 0, 0, 0, 0, 0, 0, 12]


def test_hog__horizontal_edge_by_hand():
    # the direction pi / 2 is the centre of the fifth of nine bins; rows of two cells
    values = np.array([[3], [3], [0], [0]]).repeat(2, 1)
    hog = patch_hog(values, (1, 1), (2, 1)).reshape(2, 9)
    assert hog.argmax(axis=1).tolist() == [4, 4]
    np.testing.assert_allclose(hog.sum(axis=1), [6, 6])
    np.testing.assert_allclose(hog[:, 4], [6, 6])


def loops(values, grid, cells, bins):
    """The definition, pixel by pixel; nothing outside of a patch is looked at."""
    height, width = values.shape
    out = np.zeros((*grid, *cells, bins))

    def row_of(y, count):
        return math.floor(y * count / height)

    def column_of(x, count):
        return math.floor(x * count / width)

    def at(y, x, row, column):
        inside = 0 <= y < height and 0 <= x < width
        return inside and (row_of(y, grid[0]), column_of(x, grid[1])) == (row, column)

    for y in range(height):
        for x in range(width):
            i, j = row_of(y, grid[0]), column_of(x, grid[1])
            below = values[y + 1, x] if at(y + 1, x, i, j) else values[y, x]
            above = values[y - 1, x] if at(y - 1, x, i, j) else values[y, x]
            right = values[y, x + 1] if at(y, x + 1, i, j) else values[y, x]
            left = values[y, x - 1] if at(y, x - 1, i, j) else values[y, x]
            dy, dx = float(below) - float(above), float(right) - float(left)
            angle = math.atan2(dy, dx) % math.pi
            a = row_of(y, grid[0] * cells[0]) % cells[0]
            b = column_of(x, grid[1] * cells[1]) % cells[1]
            for k in range(bins):
                centre = (k + 0.5) * math.pi / bins
                apart = abs(angle - centre)
                apart = min(apart, math.pi - apart) * bins / math.pi
                out[i, j, a, b, k] += math.hypot(dy, dx) * max(0.0, 1 - apart)
    return out


@pytest.mark.parametrize("shape", [(16, 24), (17, 26)])
def test_hog__equals_loops_over_pixels(shape):
    values = np.random.default_rng(0).integers(0, 19, shape).astype(np.uint8)
    ours = patch_hog(values, (2, 3), (3, 4), bins=9)
    np.testing.assert_allclose(ours, loops(values, (2, 3), (3, 4), 9), atol=1e-9)


def test_hog__does_not_look_beyond_the_patch():
    values = np.random.default_rng(1).integers(0, 19, (16, 24))
    other = values.copy()
    other[:, 8:] = 5
    ours, theirs = (patch_hog(v, (2, 3), (2, 2)) for v in (values, other))
    assert np.array_equal(ours[:, 0], theirs[:, 0])
    assert not np.array_equal(ours[:, 1], theirs[:, 1])


@pytest.mark.parametrize("cells", [(4, 8), (2, 4), (1, 1)])
def test_blocks__equal_loops(cells):
    histograms = np.random.default_rng(2).random((3, *cells, 9)) ** 4
    histograms[1, 0] = 0
    side = [min(3, count) for count in cells]
    starts = [
        (a, b)
        for a in range(cells[0] - side[0] + 1)
        for b in range(cells[1] - side[1] + 1)
    ]
    for patch, ours in zip(histograms, normalised_blocks(histograms), strict=True):
        total, seen = 0.0, []
        for a, b in starts:
            block = patch[a : a + side[0], b : b + side[1]].ravel()
            block = block / math.sqrt(sum(v * v for v in block) + 1e-10)
            block = np.array([min(v, 0.2) for v in block])
            block = block / math.sqrt(sum(v * v for v in block) + 1e-10)
            seen.append(np.sort(block) / math.sqrt(len(starts)))
            total += (block**2).sum() / len(starts)
        ours = ours.reshape(len(starts), -1)
        np.testing.assert_allclose(np.sort(ours, 1), seen, atol=1e-6)
        assert (ours.astype(float) ** 2).sum() == pytest.approx(total, rel=1e-5)
        assert total <= 1 + 1e-6


def test_fill__nearest_label_by_hand():
    labels = np.array([[4, 255, 255, 255, 7], [4, 255, 255, 255, 7]], np.uint8)
    filled = fill_ignored(labels)
    assert filled[:, [0, 1, 3, 4]].tolist() == [[4, 4, 7, 7]] * 2
    assert set(filled[:, 2]) <= {4, 7}
    assert fill_ignored(np.full((2, 2), 255, np.uint8)).tolist() == [[0, 0], [0, 0]]
    whole = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert fill_ignored(whole) is whole


def test_fill__takes_what_is_about_nearest():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 19, (30, 40)).astype(np.uint8)
    labels[rng.random(labels.shape) < 0.9] = 255
    filled, known = fill_ignored(labels), np.argwhere(labels != 255)
    for y, x in np.argwhere(labels == 255):
        away = np.hypot(*(known - (y, x)).T)
        near = known[
            away <= 1.05 * away.min()
        ]  # OpenCV's distances are close, not exact
        assert filled[y, x] in labels[near[:, 0], near[:, 1]]
    assert np.array_equal(filled[labels != 255], labels[labels != 255])
