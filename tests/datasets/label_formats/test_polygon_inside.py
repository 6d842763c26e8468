"""Which pixels a polygon covers."""

import numpy as np
import pytest

from mmseg_uda.datasets.label_formats.polygon_inside import polygon_inside


def test_polygon__whole_pixels():
    expected = np.zeros((10, 12), bool)
    expected[2:7, 3:9] = True
    points = [(3, 2), (9, 2), (9, 7), (3, 7)]
    assert np.array_equal(polygon_inside(points, 10, 12), expected)
    assert np.array_equal(polygon_inside(points[::-1], 10, 12), expected)


@pytest.mark.parametrize("seed", range(4))
def test_polygon__pixels_whose_centre_is_inside(seed):
    """A convex one, against the side on which a centre lies of each of its edges."""
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.random(7)) * 2 * np.pi
    points = np.stack([25 + 22 * np.cos(angles), 20 + 22 * np.sin(angles)], axis=1)
    y, x = np.mgrid[:40, :50] + 0.5
    inside = np.ones((40, 50), bool)
    for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
        inside &= (b - a)[0] * (y - a[1]) - (b - a)[1] * (x - a[0]) > 0
    assert inside.any()
    assert np.array_equal(polygon_inside(points, 40, 50), inside)


def test_polygon__beyond_the_image():
    assert polygon_inside([(-9, -9), (99, -9), (99, 99), (-9, 99)], 4, 5).all()
    assert not polygon_inside([(9, 9), (99, 9), (99, 99)], 4, 5).any()
