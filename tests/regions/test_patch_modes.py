"""Histograms of patches and their modes, by hand and against loops."""

import numpy as np
import pytest

from mmseg_uda.regions import PatchModes, grid_shape
from mmseg_uda.regions.patch_histograms import patch_histograms
from mmseg_uda.stages.checks.signatures import known_arguments

K = 3


def random_labels(shape, seed=0):
    rng = np.random.default_rng(seed)
    values = np.array([*range(K), 255], np.uint8)
    return values[rng.integers(0, K + 1, shape)]


@pytest.mark.parametrize(
    ("size", "grid"),
    [((720, 1280), (22, 20)), ((760, 1280), (24, 20)), ((10, 10), (1, 1))],
)
def test_grid__covers_the_image_with_about_that_size(size, grid):
    assert grid_shape(size, (32, 64)) == grid


def test_histograms__by_hand():
    # one patch of 2x4, in 2x2 cells of 1x2 pixels; 255 is in no class, but in the area
    labels = np.array([[0, 0, 1, 255], [2, 1, 255, 255]], np.uint8)
    shares = patch_histograms(labels, (1, 1), K, cells=2)[0, 0]
    assert shares[0, 0].tolist() == [1, 0, 0]
    assert shares[0, 1].tolist() == [0, 0.5, 0]
    assert shares[1, 0].tolist() == [0, 0.5, 0.5]
    assert shares[1, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("shape", [(12, 24), (13, 25)])
def test_histograms__equal_loops_over_pixels(shape):
    labels, (rows, columns), cells = random_labels(shape), (3, 4), 2
    counts = np.zeros((rows, columns, cells, cells, K))
    area = np.zeros((rows, columns, cells, cells, 1))
    for y in range(shape[0]):
        for x in range(shape[1]):
            row = int(np.floor(y * rows * cells / shape[0]))
            column = int(np.floor(x * columns * cells / shape[1]))
            i, a, j, b = row // cells, row % cells, column // cells, column % cells
            area[i, j, a, b] += 1
            if labels[y, x] != 255:
                counts[i, j, a, b, labels[y, x]] += 1
    ours = patch_histograms(labels, (rows, columns), K, cells)
    np.testing.assert_allclose(ours, counts / area, rtol=1e-6)


def test_histograms__image_smaller_than_the_grid():
    with pytest.raises(ValueError, match="2x2 pixels cannot be cut into 2x4 cells"):
        patch_histograms(np.zeros((2, 2), np.uint8), (1, 2), K, cells=2)


def test_modes__are_found_and_sorted_by_size():
    rng = np.random.default_rng(0)
    kinds = np.eye(4, dtype=np.float32)
    true = np.repeat([2, 0, 3, 1], [400, 300, 200, 100])
    descriptors = kinds[true] + rng.normal(0, 0.01, (1000, 4)).astype(np.float32)
    rule = PatchModes(num_modes=4)
    fitted = rule.fit(descriptors, seed=0)
    np.testing.assert_allclose(fitted["centres"], kinds[[2, 0, 3, 1]], atol=0.01)
    assert (
        rule.assign(descriptors, fitted).tolist()
        == np.repeat(range(4), [400, 300, 200, 100]).tolist()
    )
    again = rule.fit(descriptors, seed=0)
    assert np.array_equal(again["centres"], fitted["centres"])


def test_assign__nearest_centre_equals_loops():
    rng = np.random.default_rng(1)
    centres = rng.random((5, 7)).astype(np.float32)
    descriptors = rng.random((40, 7)).astype(np.float32)
    nearest = []
    for h in descriptors.astype(float):
        distances = [sum((h[d] - c[d]) ** 2 for d in range(7)) for c in centres]
        nearest.append(distances.index(min(distances)))
    ours = PatchModes(num_modes=5).assign(descriptors, {"centres": centres})
    assert ours.tolist() == nearest


def test_label__patch_with_too_few_labels_is_ignored():
    rule = PatchModes(patch_size=(4, 4), num_modes=2, cells=1)
    labels = np.zeros((4, 12), np.uint8)
    labels[:, 4:6] = 255  # half of the second patch: still counts
    labels[:, 8:11] = 255  # three quarters of the third
    labels[:, 11] = 1
    centres = np.eye(2, K, dtype=np.float32)
    assert rule.label(labels, K, {"centres": centres}).tolist() == [[0, 0, 255]]


def test_fit__fewer_different_patches_than_modes():
    descriptors = np.tile(np.eye(3, dtype=np.float32), (10, 1))
    with pytest.raises(ValueError, match=r"3 different patches .* 30 .*num_modes"):
        PatchModes(num_modes=4).fit(descriptors, seed=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(num_modes=1), r"number of regions must be in \[2, 254\], got 1"),
        (dict(num_modes=255), "got 255"),
        (dict(patch_size=32), r"patch_size must be \(height, width\)"),
        (dict(patch_size=(0, 8)), "whole numbers >= 2"),
        (dict(cells=33), r"shorter side \(32\), got 33"),
        (dict(max_patches=49), "at least the number of regions, got 2000 and 49"),
        (dict(min_labelled=0), r"min_labelled must be in \(0, 1\]"),
    ],
)
def test_options__out_of_range(options, said):
    with pytest.raises(ValueError, match=said):
        PatchModes(**options)


def test_options__number_of_modes_has_one_name():
    assert "num_regions" not in known_arguments(PatchModes)
    assert {"num_modes", "max_patches", "min_labelled"} <= known_arguments(PatchModes)
