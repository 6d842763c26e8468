"""JSON exports of Label Studio; tests/label_tools has what its own encoders write."""

import json

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import LabelStudioFolder
from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.regions.grids.label_files import LabelFiles

WIDTH, HEIGHT = 40, 30
CLASSES = ("background", "road", "Straße")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
BOX = {"x": 12.5, "y": 20, "width": 25, "height": 50, "rotation": 0}  # 5 6, 10x15


def region(label, kind="rectangle", value=BOX, size=(WIDTH, HEIGHT), **more):
    key = f"{kind}labels"
    told = {"id": f"r-{label}", "type": key, "from_name": "tag", "to_name": "image"}
    told |= {"original_width": size[0], "original_height": size[1]}
    told |= {"image_rotation": 0, "value": {**value, key: [label]}}
    return told | more


def task(number, image, *results, **more):
    annotation = {"id": number, "was_cancelled": False, "result": list(results)}
    told = {"id": number, "data": {"image": image}, "annotations": [annotation]}
    return told | more


def write(root, *tasks, files=("a.png",)):
    for name in files:
        path = root / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(len(name)).integers(0, 256, (HEIGHT, WIDTH, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    (root / "annotations.json").write_text(json.dumps(tasks))
    return root


def config(root, classes=CLASSES, **options):
    return dict(
        type="LabelStudioFolder",
        data_root=str(root),
        metainfo=dict(classes=classes),
        pipeline=PIPELINE,
        **options,
    )


def dataset(root, classes=CLASSES, **options):
    made = config(root, classes, **options)
    del made["type"]
    return LabelStudioFolder(**made)


def read(root, *results, **options):
    return dataset(write(root, task(1, "a.png", *results)), **options)[0]["gt_seg_map"]


def box(left, top, right, bottom):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_regions__later_ones_lie_above_earlier_ones(tmp_path):
    points = {"points": [[25, 40], [75, 40], [75, 80], [25, 80]], "closed": True}
    labels = read(tmp_path, region("road"), region("Straße", "polygon", points))
    expected = np.zeros((HEIGHT, WIDTH), int)
    expected[box(5, 6, 15, 21)] = 1
    expected[box(10, 12, 30, 24)] = 2
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, expected)


def test_rectangle__is_turned_about_its_corner(tmp_path):
    labels = read(tmp_path, region("road", value={**BOX, "x": 50, "rotation": 90}))
    # from 20, 6: 10 wide goes down, 15 high goes to the left
    assert np.array_equal(labels, box(5, 6, 20, 16))


def test_ellipse__by_its_radii(tmp_path):
    value = {"x": 50, "y": 50, "radiusX": 25, "radiusY": 20, "rotation": 0}
    labels = read(tmp_path, region("road", "ellipse", value))
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    far = np.hypot((x - 20) / 10, (y - 15) / 6)
    assert (labels[far < 0.98] == 1).all()
    assert (labels[far > 1.0] == 0).all()


def test_shapes_with_a_tag_for_labels_of_their_own(tmp_path):
    """<Rectangle> and <Labels> give a region twice, once with its label."""
    bare = {**region("road"), "type": "rectangle", "value": BOX}
    named = {**bare, "type": "labels", "value": {**BOX, "labels": ["road"]}}
    choice = {"id": "c", "type": "choices", "value": {"choices": ["sunny"]}}
    relation = {"type": "relation", "from_id": "a", "to_id": "b"}
    labels = read(tmp_path, bare, named, choice, relation)
    assert np.array_equal(labels, box(5, 6, 15, 21))


@pytest.mark.parametrize(
    ("image", "file"),
    [
        ("a.png", "a.png"),
        ("/data/upload/3/1a2b3c4d-a.png", "a.png"),
        ("/data/upload/1a2b3c4d-my_phot_1.png", "my phot (1).png"),
        ("/data/upload/1a2b3c4d-a.png", "1a2b3c4d-a.png"),
        ("/data/local-files/?d=some/where/b/a.png", "b/a.png"),
        ("/data/local-files/?d=where%5Cb%5Ca.png", "b/a.png"),
        ("s3://bucket/b/a.png", "b/a.png"),
        ("gs://bucket/other/a.png", "deep/down/a.png"),
        ("https://site.org/x/Stra%C3%9Fe.png?signed=1", "Straße.png"),
    ],
)
def test_images__are_found_by_what_label_studio_calls_them(tmp_path, image, file):
    more = ["z.png", "c/b.png"]
    write(tmp_path, task(1, image, region("road")), files=[file, *more])
    assert [s["img_path"] for s in dataset(tmp_path)] == [
        str(tmp_path / "images" / file)
    ]


def test_images__of_one_name_in_two_folders(tmp_path):
    files = ["b/a.png", "c/a.png"]
    write(tmp_path, task(4, "s3://x/1/a.png", region("road")), files=files)
    with pytest.raises(ValueError, match=r"task 4: .* may be b/a.png, c/a.png"):
        dataset(tmp_path)
    write(tmp_path, task(4, "s3://x/c/a.png", region("road")), files=files)
    assert dataset(tmp_path)[0]["img_path"].endswith("c/a.png")


def test_images__of_two_tasks(tmp_path):
    tasks = task(1, "a.png", region("road")), task(2, "/b/a.png", region("road"))
    with pytest.raises(ValueError, match=r"task 2: another task is of a.png, too"):
        dataset(write(tmp_path, *tasks))


def test_images__under_another_key_or_none(tmp_path):
    first = task(1, "", region("road"), data={"photo": "/x/a.png", "text": "hello"})
    assert len(dataset(write(tmp_path, first))) == 1
    upload = task(1, "", region("road"), data={}, file_upload="1a2b3c4d-a.png")
    assert len(dataset(write(tmp_path, upload))) == 1
    two = task(1, "", region("road"), data={"left": "a.png", "right": "b.png"})
    with pytest.raises(ValueError, match=r"should name one image.* a.png, b.png"):
        dataset(write(tmp_path, two))


def test_images__that_are_not_there(tmp_path):
    tasks = task(1, "a.png", region("road")), task(2, "b.png", region("road"))
    with pytest.raises(FileNotFoundError, match=r"not in .*images: b.png. Set image"):
        dataset(write(tmp_path, *tasks))
    assert len(dataset(tmp_path, allow_missing=True)) == 1


def test_annotations__which_of_several_counts(tmp_path):
    def told(label, **more):
        return {"result": [region(label)], **more}

    cancelled, first = told("ignore", was_cancelled=True), told("road")
    second, truth = told("Straße"), told("Straße", ground_truth=True)
    for given, expected in (
        ([cancelled, first, second], 1),
        ([cancelled, first, truth], 2),
        ([second, first], 2),
    ):
        write(tmp_path, task(1, "a.png", annotations=given))
        assert dataset(tmp_path)[0]["gt_seg_map"].max() == expected


def test_annotations__none_or_empty(tmp_path):
    cancelled = [{"was_cancelled": True, "result": [region("road")]}]
    tasks = [
        task(1, "a.png", region("road")),
        task(2, "b.png", annotations=[]),
        task(3, "c.png", annotations=cancelled),
        task(4, "d.png"),
    ]
    write(tmp_path, *tasks, files=["a.png", "b.png", "c.png", "d.png"])
    with pytest.raises(ValueError, match=r"no shape for 1 image\(s\): d.png. Are"):
        dataset(tmp_path)
    assert len(dataset(tmp_path, unlabelled="leave out")) == 1
    both = dataset(tmp_path, unlabelled="background")
    assert len(both) == 2
    assert both[1]["gt_seg_map"].shape == (HEIGHT, WIDTH)
    assert (both[1]["gt_seg_map"] == 0).all()
    write(tmp_path, *tasks[1:3])
    with pytest.raises(ValueError, match="no shape for any image"):
        dataset(tmp_path)


def test_keypoints__are_left_out_where_that_is_said(tmp_path):
    point = region("nose", "keypoint", {"x": 1, "y": 1, "width": 0.3})
    write(tmp_path, task(1, "a.png", region("road"), point))
    with pytest.raises(ValueError, match=r"covers no pixels.*task 1.*bare='leave out'"):
        dataset(tmp_path)
    assert dataset(tmp_path, bare="leave out")[0]["gt_seg_map"].sum() == 150


def test_names_and_background(tmp_path):
    write(tmp_path, task(1, "a.png", region("road")))
    made = dataset(tmp_path, ("lane", "sky"), names={"road": "lane"}, background="sky")
    assert np.array_equal(made[0]["gt_seg_map"] == 0, box(5, 6, 15, 21))
    with pytest.raises(ValueError, match=r"task 1 .* names the class 'road'"):
        dataset(tmp_path, ("lane", "sky"))


BRUSH = {"format": "rle", "rle": [0, 0]}


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (region("road", "brush", BRUSH), "run lengths are cut off"),
        (region("road", "brush", {"rle": [0] * 8}), "of 0 pixels, the image has 1200"),
        (region("road", "brush", {"rle": [300]}), "1: its run lengths are no list"),
        (region("road", "brush", {"rle": "abc"}), "no list of bytes"),
        (region("road", "polygon", {"points": [[1, 2]]}), "three points or more"),
        (region("road", "polygon", {"points": [[1, 2], [3]]}), "cannot be drawn"),
        (region("road", value={**BOX, "x": None}), "a rectangle, cannot be drawn"),
        (region("road", value={**BOX, "x": float("nan")}), "point that is no number"),
        (region("road", "bitmask", {"imageDataURL": ""}), "bitmask is not read: draw"),
        (region("road", image_rotation=90), "turned by 90 degrees: turn it back"),
        (region("road", size=(0, 3)), "do not agree on how large"),
        ({**region("road"), "value": BOX}, "a rectangle, has no label"),
        ({**region("road"), "value": {**BOX, "labels": ["a", "b"]}}, "labels a, b"),
    ],
)  # fmt: skip
def test_regions__that_cannot_be_drawn_are_told(tmp_path, result, said):
    with pytest.raises(ValueError, match=said):
        read(tmp_path, result)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{", "is no JSON"),
        ("[]", "holds no task"),
        ('{"images": []}', r"export as JSON \(not as JSON-MIN\)"),
        ('[{"image": "a.png", "tag": []}]', r"export as JSON \(not as JSON-MIN\)"),
        ('[{"data": {"image": "a.png"}, "annotations": [{}]}]', "no list 'result'"),
    ],
)
def test_file__what_is_wrong_is_told(tmp_path, text, said):
    (write(tmp_path) / "annotations.json").write_text(text)
    with pytest.raises(ValueError, match=f"annotations.json.*{said}"):
        dataset(tmp_path)


def test_file__missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no annotation file .*x\.json"):
        dataset(write(tmp_path), annotations="x.json")


def test_check__another_size_is_an_error(tmp_path):
    write(tmp_path, task(1, "a.png", region("road", size=(HEIGHT, WIDTH))))
    with pytest.raises(ValueError, match=r"tations.json is 30x40, .*a.png is 40x30"):
        check_dataset(config(tmp_path))


def test_check__regions_are_drawn_on_what_viewers_show(tmp_path):
    """A photo that is turned by its tag: browsers show it upright."""
    size = (HEIGHT, WIDTH)
    write(tmp_path, task(1, "a.jpg", region("road", size=size)), files=["a.jpg"])
    path = tmp_path / "images/a.jpg"
    exif = Image.Exif()
    exif[274] = 6
    Image.open(path).save(path, exif=exif)
    (report,) = check_dataset(config(tmp_path))
    # x 3.75 to 11.25, y 8 to 28: centres of 4 to 10
    assert report.pixels.tolist() == [1200 - 7 * 20, 7 * 20, 0]
    with pytest.raises(ValueError, match="leave out orientation='stored'"):
        dataset(tmp_path, orientation="stored")[0]


def test_check__decoded_before_goes_by_regions(tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    write(tmp_path, task(1, "a.png", region("road")))
    counts = []
    for options in ({}, {}, {"names": {"road": "Straße"}}):
        before = DecodedBefore(tmp_path / "memory")
        (report,) = check_dataset(config(tmp_path, **options), before=before)
        before.save()
        counts.append((before.num_reused, report.pixels.tolist()))
    assert counts == [(0, [1050, 150, 0]), (1, [1050, 150, 0]), (0, [1050, 0, 150])]


def test_regions__read_the_labels_too(tmp_path):
    write(tmp_path, task(1, "a.png", region("road")))
    files = LabelFiles(dataset(tmp_path), (WIDTH // 2, HEIGHT // 2))
    assert files.names == ["a.png"]
    assert set(np.unique(files.read(0))) == {0, 1}
