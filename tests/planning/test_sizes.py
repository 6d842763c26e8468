"""Sizes of images and crops."""

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
    ],
)
def test_plan_sizes(images, longest, crop, expected):
    sizes = plan_sizes(images, longest, crop)
    assert (sizes.scale, sizes.crop) == expected


def test_plan_sizes__every_crop_fits():
    images = [(1000, 333), (777, 801), (512, 512), (90, 700)]
    sizes = plan_sizes(images, 512, 256)
    height, width = sizes.crop
    for w, h in images:
        factor = sizes.scale[0] / max(w, h)
        assert round(w * factor) >= width
        assert round(h * factor) >= height


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ([(3000, 2000)], "below 6 pixels are lost"),
        ([(9000, 9000)], "decoded whole .* tiles"),
        ([(640, 64)], "made larger, to 640 pixels"),
        ([(640, 480), (4000, 100)], "very long images"),
    ],
)
def test_plan_sizes__says(images, said):
    import re

    assert re.search(said, " ".join(plan_sizes(images, 512, 256).said))
