"""Projects of Supervisely, of which tests/label_tools has what its package writes."""

import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import SuperviselyFolder
from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.preflight import check_dataset

WIDTH, HEIGHT = 40, 30
CLASSES = ("background", "road", "Straße")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
MASK = np.random.default_rng(0).random((6, 8)) < 0.5


def points(*exterior, interior=()):
    return {"points": {"exterior": exterior, "interior": list(interior)}}


def one(title, kind, **more):
    return {"classTitle": title, "geometryType": kind, "tags": []} | more


def packed(mask):
    image = Image.fromarray(mask.astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 255, 255, 255])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=0)
    return base64.b64encode(zlib.compress(buffer.getvalue())).decode()


def bitmap(title, left, top, data=None):
    told = {"origin": [left, top], "data": packed(MASK) if data is None else data}
    return one(title, "bitmap", bitmap=told)


BOX = one("road", "rectangle", **points([5, 4], [14, 11]))


def write(root, objects, name="ds0/img/a.png", **more):
    image = root / name
    image.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(len(name)).integers(0, 256, (HEIGHT, WIDTH, 3))
    Image.fromarray(pixels.astype(np.uint8)).save(image)
    label = image.parent.parent / "ann" / f"{image.name}.json"
    label.parent.mkdir(exist_ok=True)
    size = {"height": HEIGHT, "width": WIDTH}
    label.write_text(json.dumps({"size": size, "objects": objects} | more))
    return root


def config(root, classes=CLASSES, **options):
    return dict(
        type="SuperviselyFolder",
        data_root=str(root),
        metainfo=dict(classes=classes),
        pipeline=PIPELINE,
        **options,
    )


def dataset(root, classes=CLASSES, **options):
    made = config(root, classes, **options)
    del made["type"]
    return SuperviselyFolder(**made)


def read(root, objects, **options):
    return dataset(write(root, objects), **options)[0]["gt_seg_map"]


def test_objects__later_ones_lie_above_earlier_ones(tmp_path):
    labels = read(tmp_path, [BOX, bitmap("Straße", 10, 8), one("ignore", "polygon",
        **points([30, 20], [35, 20], [35, 25], [30, 25]))])  # fmt: skip
    expected = np.zeros((HEIGHT, WIDTH), int)
    expected[4:12, 5:15] = 1
    expected[8:14, 10:18][MASK] = 2
    expected[20:26, 30:36] = 255
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, expected)


def test_polygon__has_holes_and_points_are_in_pixels(tmp_path):
    hole = [[10.9, 10.2], [20, 10], [20, 20], [10, 20]]
    outline = points([5.7, 5.2], [30, 5], [30, 25], [5, 25], interior=[hole])
    labels = read(tmp_path, [one("road", "polygon", **outline)])
    expected = np.zeros((HEIGHT, WIDTH), int)
    expected[5:26, 5:31] = 1
    expected[10:21, 10:21] = 0  # borders of holes belong to them, as in Supervisely
    assert np.array_equal(labels, expected)


@pytest.mark.parametrize("zipped", [True, False])
def test_bitmap__of_an_alpha_band(tmp_path, zipped):
    pixels = np.zeros((*MASK.shape, 4), np.uint8)
    pixels[..., 3] = MASK * 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    data = zlib.compress(buffer.getvalue()) if zipped else buffer.getvalue()
    text = base64.b64encode(data).decode()
    labels = read(tmp_path, [bitmap("road", 0, 0, text)])
    assert np.array_equal(labels[:6, :8], MASK)


def test_project__all_its_data_sets_are_read(tmp_path):
    for name in ("ds0/img/a.png", "ds1/img/a.png", "ds1/datasets/x/img/a.png"):
        write(tmp_path, [BOX], name)
    write(tmp_path, [bitmap("road", 0, 0)], "ds1/img/a.jpg")  # beside a.png
    (tmp_path / "ds0/masks").mkdir()
    Image.fromarray(MASK).save(tmp_path / "ds0/masks/a.png")
    (tmp_path / "meta.json").write_text('{"classes": []}')
    made = dataset(tmp_path)
    names = [s["img_path"].removeprefix(f"{tmp_path}/") for s in made]
    assert sorted(names) == [
        "ds0/img/a.png",
        "ds1/datasets/x/img/a.png",
        "ds1/img/a.jpg",
        "ds1/img/a.png",
    ]
    shared = {s["img_path"][-5:]: s["gt_seg_map"].sum() for s in made}
    assert shared == {"a.png": 80, "a.jpg": MASK.sum()}


def test_project__one_data_set_of_it(tmp_path):
    write(tmp_path, [BOX], "ds0/img/a.png")
    write(tmp_path, [BOX], "ds1/img/b.png")
    made = dataset(tmp_path, image_dir="ds1/img", label_dir="ds1/ann")
    assert [s["img_path"] for s in made] == [str(tmp_path / "ds1/img/b.png")]


def test_project__images_without_annotation(tmp_path):
    write(tmp_path, [BOX], "ds0/img/a.png")
    write(tmp_path, [BOX], "ds0/img/b.png")
    (tmp_path / "ds0/ann/b.png.json").unlink()
    with pytest.raises(ValueError, match=r"a label: ds0/img/b.png\n.*a.jpg.json"):
        dataset(tmp_path)
    assert len(dataset(tmp_path, allow_unpaired=True)) == 1


def test_project__without_images_or_annotations(tmp_path):
    write(tmp_path, [BOX])
    (tmp_path / "ds0/ann/a.png.json").unlink()
    (tmp_path / "meta.json").write_text('{"classes": []}')
    with pytest.raises(FileNotFoundError, match=r"holds no annotation\.\nExpected"):
        dataset(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no folder of images"):
        dataset(tmp_path, image_dir="photos")


@pytest.mark.parametrize(
    ("classes", "options", "below"),
    [
        (CLASSES, {}, 0),
        (("road", "car"), {}, 255),
        (("road", "car"), {"background": "car"}, 1),
        (CLASSES, {"background": "ignore"}, 255),
    ],
)
def test_background__is_what_no_object_covers(tmp_path, classes, options, below):
    made = dataset(write(tmp_path, [BOX]), classes, **options)
    assert made[0]["gt_seg_map"][0, 0] == below


def test_names__of_classes_that_are_none_here(tmp_path):
    write(tmp_path, [BOX, one("dog", "rectangle", **points([0, 0], [3, 3]))])
    named = {"road": "lane", "dog": "ignore"}
    labels = dataset(tmp_path, ("ground", "lane"), names=named)[0]["gt_seg_map"]
    assert (labels[5, 6], labels[0, 0], labels[20, 20]) == (1, 255, 255)


def test_annotations__without_an_object(tmp_path):
    write(tmp_path, [BOX], "ds0/img/a.png")
    write(tmp_path, [], "ds0/img/b.png")
    with pytest.raises(ValueError, match=r"no shape for 1 image\(s\): .*b.png. Are"):
        dataset(tmp_path)
    assert len(dataset(tmp_path, unlabelled="leave out")) == 1
    both = dataset(tmp_path, unlabelled="background")
    assert (both[1]["gt_seg_map"] == 0).all()
    with pytest.raises(ValueError, match="there is no class 'background'"):
        dataset(tmp_path, ("road", "car"), unlabelled="background")


def test_points_and_lines__are_left_out_where_that_is_said(tmp_path):
    write(tmp_path, [BOX, one("pole", "point", **points([1, 1]))])
    with pytest.raises(ValueError, match=r"covers no pixels.*a.png.json.*bare='leave"):
        dataset(tmp_path)
    labels = dataset(tmp_path, bare="leave out")[0]["gt_seg_map"]
    assert labels.sum() == 80


@pytest.mark.parametrize(
    ("objects", "more", "said"),
    [
        ([one("dog", "polygon")], {}, r"object 1: 'dog' is no class.*names="),
        ([one("road", "alpha_mask")], {}, "object 1 cannot be drawn: its kind is a"),
        ([one("road", "polygon", **points([0, 0], [1, 1]))], {}, "2 point.*needs 3"),
        ([one("road", "polygon")], {}, "cannot be drawn: 'points'"),
        ([one("road", "polygon", **points([0, 0], [1, None], [2, 2]))], {}, "be drawn"),
        ([one("road", "polygon", **points([0, 0], [1, 1e9], [2, 2]))], {}, "far out"),
        ([bitmap("road", 0, 0, "AAAA")], {}, "its bitmap is damaged"),
        ([bitmap("road", 0, 0, "?")], {}, "cannot be drawn"),
        ([bitmap("road", 35, 0)], {}, "bitmap of 8x6 pixels at 35, 0 lies outside"),
        (["road"], {}, "object 1, has no classTitle: road"),
        ([BOX], {"size": {"width": 40}}, "no annotation file of Supervisely"),
        ([BOX], {"size": {"width": 0, "height": 2}}, "says that its image is"),
        (None, {}, "no annotation file of Supervisely"),
    ],
)  # fmt: skip
def test_read__what_is_wrong_is_told(tmp_path, objects, more, said):
    write(tmp_path, objects, **more)
    with pytest.raises(ValueError, match=f"(?s)label .*a.png.json.*{said}"):
        dataset(tmp_path)[0]


def test_read__no_json(tmp_path):
    write(tmp_path, [BOX])
    (tmp_path / "ds0/ann/a.png.json").write_text('{"size"')
    with pytest.raises(ValueError, match=r"a.png.json is no JSON"):
        dataset(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bare": "draw"}, "bare must be 'error' or 'leave out', got 'draw'"),
        ({"unlabelled": "skip"}, "unlabelled must be one of"),
        ({"names": {"road": "rod"}}, r"names\['road'\] names the class 'rod'"),
    ],
)
def test_options__wrong_ones_are_told(tmp_path, options, said):
    with pytest.raises(ValueError, match=said):
        dataset(write(tmp_path, [BOX]), **options)


def test_check__another_size_is_an_error(tmp_path):
    write(tmp_path, [BOX], size={"height": WIDTH, "width": HEIGHT})
    with pytest.raises(ValueError, match=r"a.png.json is 30x40, .*a.png is 40x30"):
        check_dataset(config(tmp_path))


def test_check__objects_are_drawn_on_what_viewers_show(tmp_path):
    """A photo that is turned by its tag: Supervisely has annotated it upright."""
    write(tmp_path, [BOX], "ds0/img/a.jpg", size={"height": WIDTH, "width": HEIGHT})
    path = tmp_path / "ds0/img/a.jpg"
    exif = Image.Exif()
    exif[274] = 6
    Image.open(path).save(path, exif=exif)
    (report,) = check_dataset(config(tmp_path))
    assert report.pixels.tolist() == [WIDTH * HEIGHT - 80, 80, 0]
    with pytest.raises(ValueError, match="leave out orientation='stored'"):
        dataset(tmp_path, orientation="stored")[0]


def test_check__decoded_before_goes_by_names(tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    write(tmp_path, [BOX])
    counts = []
    for options in ({}, {}, {"names": {"road": "Straße"}}):
        before = DecodedBefore(tmp_path / "memory")
        (report,) = check_dataset(config(tmp_path, **options), before=before)
        before.save()
        counts.append((before.num_reused, report.pixels.tolist()))
    rest = WIDTH * HEIGHT - 80
    assert counts == [(0, [rest, 80, 0]), (1, [rest, 80, 0]), (0, [rest, 0, 80])]
