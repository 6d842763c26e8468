"""Padding of what is smaller than a crop."""

import numpy as np
import pytest
from mmseg.registry import TRANSFORMS

import mmseg_uda.datasets  # noqa: F401  (registers it)
from mmseg_uda.datasets.checks.pipeline_sizes import sizes_behind


@pytest.mark.parametrize(
    ("size", "expected"),
    [((10, 40), (32, 40)), ((40, 10), (40, 64)), ((50, 70), (50, 70))],
)
def test_pad_to_crop(size, expected):
    image = np.full((*size, 3), 7, np.uint8)
    results = dict(img=image, gt_seg_map=np.ones(size, np.uint8), img_shape=size)
    pad = TRANSFORMS.build(dict(type="PadToCrop", crop_size=(32, 64)))
    padded = pad(results)
    expected = (max(expected[0], 32), max(expected[1], 64))
    assert padded["img"].shape[:2] == padded["gt_seg_map"].shape == expected
    assert np.array_equal(padded["img"][: size[0], : size[1]], image)
    outside = np.ones(expected, bool)
    outside[: size[0], : size[1]] = False
    assert (padded["img"][outside] == 0).all()
    assert (padded["gt_seg_map"][outside] == 255).all()
    sizes, cuts = sizes_behind([pad], size[::-1])
    assert sizes.low == expected[::-1]
    assert not cuts


def test_pad_to_crop__images_without_labels():
    pad = TRANSFORMS.build(dict(type="PadToCrop", crop_size=(32, 64)))
    padded = pad(dict(img=np.zeros((10, 10, 3), np.uint8)))
    assert padded["img"].shape == (32, 64, 3)
    assert "gt_seg_map" not in padded
