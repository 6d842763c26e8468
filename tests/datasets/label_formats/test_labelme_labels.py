"""LabelMe's JSON files, as its versions 3 to 5 write them."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.datasets.label_formats import LabelMeLabels

CLASSES = ("background", "road", "car")


def shape(label, kind, *points, **more):
    return {
        "label": label,
        "shape_type": kind,
        "points": points,
        "group_id": None,
    } | more


def _mask(height, width):
    buffer = io.BytesIO()
    Image.fromarray(np.ones((height, width), np.uint8)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def write(path, *shapes, width=40, height=30, **more):
    content = {
        "version": "5.5.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": "a.jpg",
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
    path.write_text(json.dumps(content | more))
    return path


def read(path, classes=CLASSES, **options):
    made = LabelMeLabels(**options)
    made.bind(path.parent, classes, ())
    return made.read(path)


def test_shapes__later_ones_lie_above_earlier_ones(tmp_path):
    path = write(
        tmp_path / "a.json",
        shape("road", "rectangle", [2, 3], [20, 25]),
        shape("car", "polygon", [5, 5], [12, 5], [12, 9], [5, 9]),
        shape("ignore", "rectangle", [30.2, 20.1], [25, 10]),
    )
    expected = np.zeros((30, 40), int)
    expected[3:26, 2:21] = 1
    expected[5:10, 5:13] = 2
    expected[10:21, 25:31] = 255
    assert np.array_equal(read(path), expected)


def test_polygon__covers_the_inside_of_its_border(tmp_path):
    corners = np.array([[4.0, 2.0], [36.0, 6.0], [22.0, 27.0], [8.0, 20.0]])
    path = write(tmp_path / "a.json", shape("car", "polygon", *corners.tolist()))
    ids = read(path)
    y, x = np.mgrid[:30, :40].astype(float)
    sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    inside = np.min([
        ((b - a)[0] * (y - a[1]) - (b - a)[1] * (x - a[0])) / np.hypot(*(b - a))
        for a, b in sides
    ], axis=0)  # fmt: skip
    assert (ids[inside > 0.5] == 2).all()
    assert (ids[inside < -1.0] == 0).all()


def test_rectangle__by_four_corners_is_that_of_two(tmp_path):
    corners = [[5, 5], [12, 5], [12, 9], [5, 9]]
    ids = read(write(tmp_path / "a.json", shape("car", "rectangle", *corners)))
    assert (ids == 2).sum() == 8 * 5


def test_circle__by_its_centre_and_a_point_on_it(tmp_path):
    path = write(tmp_path / "a.json", shape("car", "circle", [20, 15], [26, 23]))
    y, x = np.mgrid[:30, :40]
    radius = np.hypot(x - 20, y - 15)
    ids = read(path)
    assert (ids[radius < 9.5] == 2).all()
    assert (ids[radius > 10.8] == 0).all()


def test_lines_and_points__are_ten_pixels_wide(tmp_path):
    path = write(
        tmp_path / "a.json",
        shape("car", "line", [0, 8], [39, 8]),
        shape("road", "point", [20, 22]),
    )
    ids = read(path)
    assert 9 <= (ids[:15, 20] == 2).sum() <= 11
    assert 10 <= (ids[15:, 20] == 1).sum() <= 11


@pytest.mark.parametrize("covered", [1, 255])
def test_mask__is_put_where_its_box_begins(tmp_path, covered):
    mask = np.random.default_rng(0).integers(0, 2, (6, 8), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(mask * np.uint8(covered)).save(buffer, "PNG")
    text = base64.b64encode(buffer.getvalue()).decode()
    path = write(
        tmp_path / "a.json",
        shape("car", "mask", [10, 4], [17, 9], mask=text),
    )
    expected = np.zeros((30, 40), int)
    expected[4:10, 10:18] = 2 * mask
    assert np.array_equal(read(path), expected)


def test_old_files__have_no_kind_of_shape(tmp_path):
    old = {"label": "car", "points": [[5, 5], [12, 5], [12, 9], [5, 9]]}
    ids = read(write(tmp_path / "a.json", old))
    assert (ids[5:10, 5:13] == 2).all()
    assert (ids == 2).sum() == 5 * 8


@pytest.mark.parametrize(
    ("classes", "options", "below"),
    [
        (CLASSES, {}, 0),
        (("car", "_background_"), {}, 1),
        (("car", "road"), {}, 255),
        (("car", "road"), {"background": "road"}, 1),
        (CLASSES, {"background": "ignore"}, 255),
    ],
)
def test_background__is_what_no_shape_covers(tmp_path, classes, options, below):
    assert (read(write(tmp_path / "a.json"), classes, **options) == below).all()


def test_names__of_shapes_that_are_no_class(tmp_path):
    path = write(
        tmp_path / "a.json",
        shape("lane", "rectangle", [0, 0], [9, 9]),
        shape("dog", "rectangle", [20, 0], [29, 9]),
    )
    ids = read(path, names={"lane": "road", "dog": "ignore"})
    assert (ids[0, 0], ids[0, 25], ids[20, 20]) == (1, 255, 0)


@pytest.mark.parametrize(
    ("shapes", "more", "said"),
    [
        ([shape("dog", "line", [0, 0], [9, 9])], {}, "1: 'dog' is no class.*names="),
        ([shape("car", "spline", [0, 0])], {}, "shape 1 is a spline; those that"),
        ([shape("car", "polygon", [0, 0], [1, 1])], {}, "polygon of 2 point.*needs 3"),
        ([shape("car", "mask", [0, 0], [1, 1], mask="?")], {}, "no readable mask"),
        ([shape("car", "polygon", 1, 2, 3)], {}, "shape 1 cannot be drawn"),
        ([shape("car", "point", [None, 2])], {}, "shape 1 cannot be drawn"),
        ([shape("car", "point", ["x", 2])], {}, "shape 1 cannot be drawn"),
        (["car"], {}, "shape 1 is no shape of LabelMe: car"),
        ([shape(["car"], "point", [1, 2])], {}, "is no class"),
        ([shape("car", "point", [float("nan"), 2])], {}, "a point that is no number"),
        ([shape("car", "mask", [0, 0], [9, 9], mask=_mask(5, 10))], {}, "in a box of"),
        ([], {"imageWidth": None}, "does not say how large its image is"),
        ([], {"shapes": None}, "no file of LabelMe"),
    ],
)  # fmt: skip
def test_read__what_is_wrong_is_told(tmp_path, shapes, more, said):
    path = write(tmp_path / "a.json", *shapes, **more)
    with pytest.raises(ValueError, match=said):
        read(path)


def test_read__no_json(tmp_path):
    (tmp_path / "a.json").write_text('{"shapes": [')
    with pytest.raises(ValueError, match=r"a.json is no JSON"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"names": {"lane": "rod"}}, r"names\['lane'\] names the class 'rod'"),
        ({"background": "sky"}, "background names the class 'sky'"),
    ],
)
def test_options__wrong_names_are_told(tmp_path, options, said):
    with pytest.raises(ValueError, match=said):
        read(write(tmp_path / "a.json"), **options)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    rng = np.random.default_rng(0)
    for name in "ab":
        pixels = rng.integers(0, 256, (30, 40, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{name}.jpg")
        write(
            tmp_path / "labels" / f"{name}.json",
            shape("car", "rectangle", [2, 3], [20, 25]),
        )
    return tmp_path


def dataset(folder, **more):
    return LabelledFolder(
        str(folder),
        metainfo=dict(classes=CLASSES),
        label_format=dict(type="LabelMeLabels"),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
        **more,
    )


def test_folder__finds_json_files_and_loads_them(folder):
    labels = dataset(folder)[0]["gt_seg_map"]
    assert labels.dtype == np.uint8
    assert (labels == 2).sum() == 19 * 23


def test_folder__another_size_is_an_error(folder):
    write(folder / "labels" / "b.json", width=30, height=40)
    with pytest.raises(ValueError, match=r"b.json is 30x40, .*b.jpg is 40x30"):
        dataset(folder)[1]


def test_folder__labels_are_drawn_on_what_is_shown(folder):
    with pytest.raises(ValueError, match="leave out orientation='stored'"):
        dataset(folder, orientation="stored")[0]
