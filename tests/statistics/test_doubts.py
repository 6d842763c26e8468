"""What is said of statistics of few, worthless or equal images."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_norms import build, images_of, write_images
from torch import nn

from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    nothing_to_adapt,
)
from mmseg_uda.statistics.doubts import doubts
from mmseg_uda.statistics.image_tally import ImageTally


def tally(*images):
    counted = ImageTally()
    for image in images:
        counted.add(torch.as_tensor(image, dtype=torch.uint8))
    return counted


def noise(seed):
    return np.random.default_rng(seed).integers(0, 256, (3, 4, 6))


def test_tally__counts_what_differs_and_what_is_flat():
    one_colour = np.broadcast_to(np.array([3, 9, 0])[:, None, None], (3, 4, 6)).copy()
    two_colours = one_colour.copy()
    two_colours[2, 0, 0] = 1
    found = tally(noise(0), noise(1), one_colour, two_colours, noise(0)).gathered()
    assert (found.num_images, found.num_different, found.num_flat) == (5, 4, 1)


def said(images, kept=(), blend=0.0, network=None):
    return doubts(network or nn.Sequential(), images, kept, bool(blend))


def test_doubts__few_images():
    (told,) = said(tally(noise(0)))
    assert "are those of 1 image alone" in told
    assert told.endswith("such as 0.97")  # 30 / (30 + 1)
    (told,) = said(tally(*map(noise, range(29))))
    assert "are those of 29 images alone" in told
    assert said(tally(*map(noise, range(30)))) == []
    assert said(tally(noise(0)), blend=0.9) == []


def test_doubts__images_that_say_nothing():
    black = np.zeros((3, 4, 6))
    flat, copies = said(tally(*map(noise, range(40)), *[black] * 10))
    assert flat.startswith("10 of 50 images are of one colour all over")
    assert "are these the images that were meant" in flat
    assert copies.startswith("9 of 50 images are the same as another one")
    assert said(tally(*map(noise, range(40)), noise(0))) == []  # one still frame


def test_doubts__layers_that_keep_what_they_had():
    network = nn.Sequential(
        nn.InstanceNorm2d(2, track_running_stats=True), nn.InstanceNorm2d(2)
    )
    told = said(tally(*map(noise, range(40))), ["a.bn", "b.bn"], network=network)
    assert told[0].startswith("2 batch norm(s) keep what they had")
    assert told[0].endswith("a.bn, b.bn")
    assert told[1].startswith("1 instance norm(s) with track_running_stats=True keep")
    assert told[1].endswith(": 0")
    assert "But 1 instance norm(s) with track" in nothing_to_adapt(network)
    assert "But" not in nothing_to_adapt(nn.Sequential(nn.InstanceNorm2d(2)))


@pytest.mark.parametrize("exact", [False, True])
def test_adapt__counts_each_image_once(tmp_path, exact):
    folder = write_images(tmp_path / "images", 4)
    shutil.copy(folder / "img00.png", folder / "img09.png")
    Image.new("RGB", (12, 8)).save(folder / "black.png")
    options = StatisticsOptions(batch_size=2, exact=exact)
    told = adapt_statistics(build(), images_of(folder), options).warnings
    assert [text[:21] for text in told] == [
        "1 of 6 images is of o",
        "1 of 6 images is the ",
        "the batch norm statis",
    ]
    assert "of 5 images alone" in told[2]
