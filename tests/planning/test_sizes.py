"""Sizes of images and crops."""

import re

import numpy as np
import pytest

from mmseg_uda.planning.sizes import plan_sizes


@pytest.mark.parametrize(
    ("images", "longest", "crop", "expected"),
    [
        ([(640, 480)] * 3, 512, 256, ((512, 512), (256, 256))),
        ([(640, 480)] * 3, 1024, 512, ((640, 640), (480, 512))),
        ([(480, 640)] * 3, 1024, 512, ((640, 640), (512, 480))),
        ([(640, 480), (480, 640)], 512, 512, ((512, 512), (384, 384))),
        ([(2048, 1024)], 512, 256, ((512, 512), (256, 256))),
        ([(28, 28)], 512, 256, ((64, 64), (64, 64))),
        ([(640, 64)] * 2, 512, 256, ((640, 640), (64, 256))),
        ([(640, 480)] * 39 + [(2000, 50)], 512, 256, ((512, 512), (256, 256))),
    ],
)
def test_plan_sizes(images, longest, crop, expected):
    sizes = plan_sizes(images, longest, crop)
    assert (sizes.scale, sizes.crop) == expected


def test_plan_sizes__crops_fit_into_most_images():
    rng = np.random.default_rng(0)
    images = [tuple(size) for size in rng.integers(200, 900, (200, 2)).tolist()]
    sizes = plan_sizes(images, 512, 256)
    height, width = sizes.crop
    long = np.max(images, 1)
    fits = np.floor(np.array(images) / long[:, None] * sizes.scale[0]) >= (
        width,
        height,
    )
    assert fits.all(1).mean() >= 0.9
    assert fits.mean(0).min() >= 0.95


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ([(3000, 2000)], "below 6 pixels are lost"),
        ([(9000, 9000)], "decoded whole .* tiles"),
        ([(640, 480)] * 39 + [(4000, 100)], "1 of 40 images are smaller .* padded"),
    ],
)
def test_plan_sizes__says(images, said):
    assert re.search(said, " ".join(plan_sizes(images, 512, 256).said))
