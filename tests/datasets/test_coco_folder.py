"""Labels of COCO's annotation files."""

import json

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import CocoFolder
from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.label_formats.coco_shapes import _of_runs
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.regions.grids.label_files import LabelFiles

masks = pytest.importorskip("pycocotools.mask")

WIDTH, HEIGHT = 40, 30
CLASSES = ("background", "road", "car")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
BOX = [5.0, 5.0, 15.0, 5.0, 15.0, 20.0, 5.0, 20.0]  # x 5 to 14, y 5 to 19
SMALL = [8.0, 8.0, 12.0, 8.0, 12.0, 12.0, 8.0, 12.0]


def compressed(mask):
    runs = masks.encode(np.asfortranarray(mask, np.uint8))
    return {"size": runs["size"], "counts": runs["counts"].decode()}


def uncompressed(mask):
    flat = np.asarray(mask, int).ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *changes, flat.size]).tolist()
    return {
        "size": list(mask.shape),
        "counts": counts if flat[0] == 0 else [0, *counts],
    }


def shape(number, image, category, segmentation, **more):
    told = {"id": number, "image_id": image, "category_id": category, "iscrowd": 0}
    return told | {"segmentation": segmentation} | more


def write(root, *shapes, named=("b/1.png", "a.png"), files=None, **more):
    rng = np.random.default_rng(0)
    for name in named if files is None else files:
        path = root / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        Image.fromarray(pixels).save(path)
    content = {
        "images": [
            {"id": 7 + i, "file_name": name, "width": WIDTH, "height": HEIGHT}
            for i, name in enumerate(named)
        ],
        "categories": [{"id": 3, "name": "car"}, {"id": 9, "name": "road"}],
        "annotations": list(shapes),
    }
    (root / "annotations.json").write_text(json.dumps(content | more))
    return root


def _image(number, name, **more):
    told = {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
    return told | more


def dataset(root, classes=CLASSES, **options):
    meta = dict(classes=classes)
    return CocoFolder(str(root), metainfo=meta, pipeline=PIPELINE, **options)


def box(x0, y0, x1, y1):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def test_shapes__polygons_and_both_kinds_of_run_lengths(tmp_path):
    random = np.random.default_rng(1).random((HEIGHT, WIDTH)) < 0.3
    rest = box(20, 0, 40, 30) & random
    root = write(
        tmp_path,
        shape(1, 8, 9, [BOX]),
        shape(2, 8, 3, compressed(rest)),
        shape(3, 7, 3, uncompressed(random)),
    )
    first, second = (sample["gt_seg_map"] for sample in dataset(root))
    expected = np.zeros((HEIGHT, WIDTH), int)
    expected[box(5, 5, 15, 20)] = 1
    expected[rest] = 2
    assert first.dtype == np.uint8
    assert np.array_equal(first, expected)  # a.png comes first
    assert np.array_equal(second, np.where(random, 2, 0))


def test_shapes__of_several_parts(tmp_path):
    other = [float(v + 20 * (i % 2 == 0)) for i, v in enumerate(SMALL)]
    root = write(tmp_path, shape(1, 7, 3, [SMALL, other]), named=["a.png"])
    expected = box(8, 8, 12, 12) | box(28, 8, 32, 12)
    assert np.array_equal(dataset(root)[0]["gt_seg_map"] == 2, expected)


@pytest.mark.parametrize(("order", "inner"), [("file", 1), ("area", 2)])
def test_order__decides_what_lies_above(tmp_path, order, inner):
    root = write(
        tmp_path,
        shape(1, 7, 3, [SMALL], area=16.0),
        shape(2, 7, 9, [BOX], area=150.0),
        named=["a.png"],
    )
    labels = dataset(root, order=order)[0]["gt_seg_map"]
    assert (labels[10, 10], labels[18, 10]) == (inner, 1)


@pytest.mark.parametrize("more", [{}, {"area": None}])
def test_order__by_an_area_that_is_not_there(tmp_path, more):
    root = write(tmp_path, shape(1, 7, 3, [SMALL], **more), named=["a.png"])
    with pytest.raises(ValueError, match="annotation 1 has no area, by which order="):
        dataset(root, order="area")


@pytest.mark.parametrize(
    ("classes", "options", "below"),
    [
        (CLASSES, {}, 0),
        (("road", "car"), {}, 255),
        (("road", "car"), {"background": "car"}, 1),
        (CLASSES, {"background": "ignore"}, 255),
    ],
)
def test_background__is_what_no_shape_covers(tmp_path, classes, options, below):
    root = write(tmp_path, shape(1, 7, 9, [BOX]), named=["a.png"])
    assert dataset(root, classes, **options)[0]["gt_seg_map"][0, 0] == below


def test_names__of_categories_that_are_no_class(tmp_path):
    root = write(
        tmp_path, shape(1, 7, 9, [BOX]), shape(2, 7, 3, [SMALL]), named=["a.png"]
    )
    named = dataset(root, ("ground", "lane"), names={"road": "lane", "car": "ignore"})
    labels = named[0]["gt_seg_map"]
    assert (labels[18, 10], labels[10, 10], labels[0, 0]) == (1, 255, 255)


def test_images_without_a_shape(tmp_path):
    root = write(tmp_path, shape(1, 8, 9, [BOX]))
    with pytest.raises(ValueError, match=r"no shape for 1 image\(s\): b/1.png. Are"):
        dataset(root)
    assert [s["label_name"] for s in _infos(dataset(root, unlabelled="leave out"))] == [
        "a.png"
    ]
    both = dataset(root, unlabelled="background")
    assert (both[1]["gt_seg_map"] == 0).all()


def _infos(made):
    return [made.get_data_info(index) for index in range(len(made))]


def test_images_without_a_shape__are_of_what_class(tmp_path):
    root = write(tmp_path, shape(1, 8, 9, [BOX]))
    with pytest.raises(ValueError, match=r"say with background=\.\.\. which class"):
        dataset(root, ("road", "car"), unlabelled="background")


def test_categories__that_no_shape_has_need_be_no_class(tmp_path):
    more = [{"id": 0, "name": "objects"}, {"id": 9, "name": "road"}]
    root = write(tmp_path, shape(1, 7, 9, [BOX]), named=["a.png"], categories=more)
    assert (dataset(root)[0]["gt_seg_map"] == 1).sum() == 150


def test_run_lengths__are_unpacked_as_the_library_packs_them():
    rng = np.random.default_rng(0)
    for share in (0.0, 0.02, 0.5, 0.98, 1.0):
        mask = rng.random((HEIGHT, WIDTH)) < share
        assert np.array_equal(_of_runs(compressed(mask), HEIGHT, WIDTH), mask)


def test_images_that_are_not_there(tmp_path):
    root = write(
        tmp_path, shape(1, 7, 9, [BOX]), shape(2, 8, 9, [BOX]), files=["a.png"]
    )
    with pytest.raises(FileNotFoundError, match=r"not in .*images: b/1.png. Set image"):
        dataset(root)
    assert len(dataset(root, allow_missing=True)) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"categories": None}, "no annotation file of COCO: it has no list categories"),
        ({"images": [{"id": 1, "file_name": "a.png"}]}, "has no width, height"),
        ({"images": [_image(7, "a.png", width=None)]}, "has no width, or a wrong one"),
        ({"images": [_image(7, "a.png"), _image(7, "b.png")]}, "the id 7 occurs twice"),
        (
            {"images": [_image(7, "a.png"), _image(8, "a.png")]},
            "file_name a.png occurs",
        ),
        ({"categories": [{"id": 3, "name": c} for c in "ab"]}, "the id 3 occurs twice"),
        (
            {
                "categories": [{"id": 3, "name": "dog"}],
                "annotations": [shape(1, 7, 3, [BOX])],
            },
            "names the class 'dog', which is",
        ),
        ({"annotations": [shape(1, 5, 3, [BOX])]}, "has the image_id 5, which the"),
        ({"annotations": [shape(1, 7, 4, [BOX])]}, "has the category_id 4, which the"),
        ({"annotations": []}, r"no shape for 2 image\(s\)"),
        (
            {"images": [{"id": 7, "file_name": "../a.png", "width": 1, "height": 1}]},
            "names are paths below the image folder",
        ),
    ],
)
def test_file__what_is_wrong_is_told(tmp_path, more, said):
    root = write(tmp_path, **more)
    with pytest.raises(ValueError, match=said):
        dataset(root)


@pytest.mark.parametrize(
    ("segmentation", "said"),
    [
        ([[1.0, 2.0, 3.0, 4.0]], "a polygon has three points or more"),
        ([], "was it exported for detection"),
        ([1.0, 2.0, 3.0], "a list of lists of numbers"),
        ([[float("nan"), 1.0, 2.0, 3.0, 4.0, 5.0]], "or is no number"),
        ([[1e8, 1.0, 2.0, 3.0, 4.0, 5.0]], "a point lies farther from the image"),
        ({"size": [HEIGHT, WIDTH], "counts": [5, 5]}, "cover 10 pixels of 1200"),
        ({"size": [HEIGHT, WIDTH], "counts": [10, -5, 1195]}, "cover 1200 pixels"),
        ({"size": [HEIGHT, WIDTH], "counts": ""}, "cover 0 pixels of 1200"),
        ({"size": [HEIGHT, WIDTH], "counts": "5o"}, "cut off"),
        ({"size": [WIDTH, HEIGHT], "counts": [1200]}, r"its size is \[40, 30\]"),
        ({"counts": [1200]}, "cannot be drawn"),
    ],
)
def test_shapes__that_cannot_be_drawn_are_told(tmp_path, segmentation, said):
    root = write(tmp_path, shape(1, 7, 3, segmentation), named=["a.png"])
    told = f"annotations.json, shape 1 of a.png cannot be drawn.*{said}|{said}"
    with pytest.raises(ValueError, match=told):
        dataset(root)[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"order": "size"}, "order must be 'file' or 'area'"),
        ({"unlabelled": "skip"}, "unlabelled must be one of 'error', 'background'"),
        ({"names": {"lane": "road"}}, "names has lane, the categories of"),
        ({"background": "sky"}, "background names the class 'sky'"),
    ],
)
def test_options__wrong_ones_are_told(tmp_path, options, said):
    root = write(tmp_path, shape(1, 7, 3, [BOX]), named=["a.png"])
    with pytest.raises(ValueError, match=said):
        dataset(root, **options)


def test_file__missing_or_no_json(tmp_path):
    root = write(tmp_path, shape(1, 7, 3, [BOX]), named=["a.png"])
    with pytest.raises(FileNotFoundError, match=r"no annotation file .*train\.json"):
        dataset(root, annotations="train.json")
    (root / "annotations.json").write_text("{")
    with pytest.raises(ValueError, match="is no JSON"):
        dataset(root)


def test_library__missing_is_told(tmp_path, monkeypatch):
    root = write(tmp_path, shape(1, 7, 3, [BOX]), named=["a.png"])
    monkeypatch.setitem(__import__("sys").modules, "pycocotools", None)
    with pytest.raises(ImportError, match=r"pip install 'mmseg_uda\[coco\]'"):
        dataset(root)


def config(root, **options):
    return dict(
        type="CocoFolder",
        data_root=str(root),
        metainfo=dict(classes=CLASSES),
        pipeline=PIPELINE,
        **options,
    )


def test_checks__count_pixels_and_remember_them(tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    root = write(tmp_path, shape(1, 7, 9, [BOX]), shape(2, 8, 3, [SMALL]))
    counts = []
    for options in ({}, {}, {"names": {"car": "road"}}):
        before = DecodedBefore(root / "memory")
        (report,) = check_dataset(config(root, **options), before=before)
        before.save()
        counts.append((before.num_reused, report.pixels.tolist()))
    rest = 2 * WIDTH * HEIGHT - 150 - 16
    assert counts == [
        (0, [rest, 150, 16]),
        (2, [rest, 150, 16]),
        (1, [rest, 166, 0]),  # the shapes of one image are others
    ]


def test_names_with_the_slashes_of_windows(tmp_path):
    names = {"named": ["b\\1.png"], "files": ["b/1.png"]}
    root = write(tmp_path, shape(1, 7, 9, [BOX]), **names)
    data = dataset(root)
    assert data.get_data_info(0)["img_path"].endswith("images/b/1.png")
    assert (data[0]["gt_seg_map"] == 1).sum() == 150


def test_checks__another_size_is_an_error(tmp_path):
    root = write(tmp_path, shape(1, 7, 9, [BOX]), named=["a.png"])
    text = (root / "annotations.json").read_text().replace('"width": 40', '"width": 30')
    (root / "annotations.json").write_text(text)
    with pytest.raises(
        ValueError, match=r"annotations.json is 30x30, .*a.png is 40x30"
    ):
        check_dataset(config(root))
    with pytest.raises(ValueError, match="differ in size"):
        dataset(root)[0]


def test_regions__read_the_labels_too(tmp_path):
    root = write(tmp_path, shape(1, 7, 9, [BOX]), shape(2, 8, 3, [SMALL]))
    files = LabelFiles(dataset(root), (WIDTH // 2, HEIGHT // 2))
    assert files.names == ["a.png", "b/1.png"]
    assert set(np.unique(files.read(0))) == {0, 2}


def test_shown__labels_are_drawn_on_what_viewers_show(tmp_path):
    root = write(tmp_path, shape(1, 7, 9, [BOX]), named=["a.png"])
    with pytest.raises(ValueError, match="leave out orientation='stored'"):
        dataset(root, orientation="stored")[0]
