"""Outlines of YOLO's text files."""

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.datasets.label_formats.yolo_labels import read_shapes

CLASSES = ("background", "crack", "spall")
SIZE = (60, 80)  # height, width
#: The lower left half, and a square in it: shares of width and height.
LINES = "1 0 0 1 1 0 1\n0 0.1 0.5 0.3 0.5 0.3 0.7 0.1 0.7\n"


def folder(root, text=LINES, classes=CLASSES, image=None, **label_format):
    for name in ("images", "labels"):
        (root / name).mkdir(exist_ok=True)
    image = image or Image.fromarray(np.zeros(SIZE, np.uint8))
    exif = image.getexif()
    image.save(root / "images/a.jpg", exif=exif)
    (root / "labels/a.txt").write_text(text)
    return LabelledFolder(
        str(root),
        label_suffix=".txt",
        label_format=dict(type="YoloLabels", **label_format),
        metainfo=dict(classes=classes),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
    )


def labels(*given, **options):
    return folder(*given, **options)[0]["gt_seg_map"]


def test_shapes__are_drawn_in_their_order(tmp_path):
    found = labels(tmp_path)
    height, width = SIZE
    y, x = (np.mgrid[:height, :width] + 0.5) / np.array([height, width])[:, None, None]
    expected = np.where(y > x, 2, 0)
    expected[(x > 0.1) & (x < 0.3) & (y > 0.5) & (y < 0.7)] = 1
    # borders may be drawn a pixel to either side
    near = cv2.morphologyEx(
        expected.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
    )
    assert np.array_equal(found[near == 0], expected[near == 0])
    assert np.mean(found != expected) < 0.03
    assert set(np.unique(found)) == {0, 1, 2}


def test_names__that_are_no_class(tmp_path):
    options = dict(names=("lane", "spall"), merge={"lane": "ignore"})
    found = labels(tmp_path, **options)
    assert set(np.unique(found)) == {0, 255, 2}
    assert np.array_equal(found == 255, labels(tmp_path) == 1)


def test_background__is_ignored_if_there_is_none(tmp_path):
    found = labels(tmp_path, classes=("crack", "spall"))
    assert set(np.unique(found)) == {255, 0, 1}


def test_empty_file__is_all_background(tmp_path):
    assert not labels(tmp_path, text="\n").any()


def test_orientation__is_that_which_viewers_show(tmp_path):
    image = Image.fromarray(np.zeros(SIZE, np.uint8))
    image.getexif()[0x0112] = 6  # turned by a quarter
    found = labels(tmp_path, image=image)
    assert found.shape == SIZE[::-1]
    assert found[-1, 0] == 2
    assert found[0, -1] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0.5 0.5 0.2 0.2\n", "line 1 is a box, .*export for segmentation"),
        ("\n0 0 0 1 1 0\n", "line 2 has 5 numbers behind its class"),
        ("0 0 0 1 1\n0 0 0 1 1 0 1 0.9\n", "line 1 is a box"),
        ("0 0 0 1 1 0 1 0.9\n", "has 7 numbers behind its class"),
        ("0 10 20 30 40 50 60\n", "a point at 10: .*shares .*not pixels"),
        ("0 nan 0 1 1 0 1\n", "a point at nan"),
        ("crack 0 0 1 1 0 1\n", "begin with the number of a class: crack"),
        ("0 a b 1 1 0 1\n", "is no shape of YOLO"),
        ("2 0 0 1 1 0 1\n", "no class 2, the names go up to 1"),
    ],
)
def test_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        labels(tmp_path, text=text)


def test_refused__other_bytes_and_options(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"a.txt is no text of YOLO"):
        read_shapes(tmp_path / "a.txt")
    with pytest.raises(ValueError, match="'lane', which is none of the data set's"):
        folder(tmp_path, names=("lane", "crack"))
    with pytest.raises(ValueError, match="names is a list"):
        folder(tmp_path, names="crack")
