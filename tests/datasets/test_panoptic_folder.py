"""COCO's panoptic annotations; tests/label_tools has those that Datumaro writes."""

import json

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import PanopticFolder
from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.preflight import check_dataset

WIDTH, HEIGHT = 40, 30
CLASSES = ("road", "Straße", "sky")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
# numbers of segments that need one, two and three bytes
NUMBERS = {200: 3, 70_000: 5, 16_000_000: 3, 300: 9}
IDS = np.zeros((HEIGHT, WIDTH), np.int64)
for place, value in enumerate(NUMBERS):
    IDS[5:20, 8 * place : 8 * place + 8] = value
CATEGORIES = [
    {"id": 3, "name": "road", "isthing": 0},
    {"id": 5, "name": "Straße", "isthing": 0},
    {"id": 9, "name": "car", "isthing": 1},
]


def png(path, ids):
    path.parent.mkdir(parents=True, exist_ok=True)
    bands = np.stack([ids % 256, ids // 256 % 256, ids // 65536], axis=-1)
    Image.fromarray(bands.astype(np.uint8)).save(path)


def write(root, names=("b/1.jpg", "a.jpg"), ids=IDS, segments=None, **more):
    told = NUMBERS if segments is None else segments
    infos = [
        {"id": number, "category_id": category, "iscrowd": 0, "area": 1, "bbox": []}
        for number, category in told.items()
    ]
    annotations = []
    for number, name in enumerate(names):
        path = root / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(path)
        label = name.replace(".jpg", ".png")
        png(root / "panoptic" / label, ids)
        annotations.append(
            {"image_id": number, "file_name": label, "segments_info": infos}
        )
    images = [
        {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for number, name in enumerate(names)
    ]
    content = {"images": images, "annotations": annotations, "categories": CATEGORIES}
    (root / "panoptic.json").write_text(json.dumps(content | more))
    return root


def config(root, classes=CLASSES, **options):
    return (
        dict(
            type="PanopticFolder",
            data_root=str(root),
            annotations="panoptic.json",
            metainfo=dict(classes=classes),
            pipeline=PIPELINE,
            names={"car": "ignore"},
        )
        | options
    )


def dataset(root, classes=CLASSES, **options):
    made = config(root, classes, **options)
    del made["type"]
    return PanopticFolder(**made)


def expected(below=255):
    ids = np.full((HEIGHT, WIDTH), below)
    for number, index in ((200, 0), (70_000, 1), (16_000_000, 0), (300, 255)):
        ids[number == IDS] = index
    return ids


def test_segments__are_of_the_class_of_their_category(tmp_path):
    made = dataset(write(tmp_path))
    assert [made.get_data_info(i)["label_name"] for i in (0, 1)] == ["a.png", "b/1.png"]
    for sample in made:
        assert sample["gt_seg_map"].dtype == np.uint8
        assert np.array_equal(sample["gt_seg_map"], expected())


@pytest.mark.parametrize(
    ("classes", "options", "below"),
    [
        (CLASSES, {}, 255),
        (CLASSES, {"background": "sky"}, 2),
        (("road", "Straße", "background"), {}, 2),
        (("road", "Straße", "background"), {"background": "ignore"}, 255),
    ],
)
def test_background__is_what_belongs_to_no_segment(tmp_path, classes, options, below):
    labels = dataset(write(tmp_path), classes, **options)[0]["gt_seg_map"]
    assert np.array_equal(labels, expected(below))


def test_names__of_categories_that_are_no_class(tmp_path):
    write(tmp_path)
    with pytest.raises(ValueError, match=r"\(see names\) names the class 'car'"):
        dataset(tmp_path, names={})


def test_images__without_an_annotation_are_left_out(tmp_path):
    write(tmp_path)
    content = json.loads((tmp_path / "panoptic.json").read_text())
    del content["annotations"][0]
    (tmp_path / "panoptic.json").write_text(json.dumps(content))
    assert len(dataset(tmp_path)) == 1
    content["annotations"] = []
    (tmp_path / "panoptic.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match="no shape for any image"):
        dataset(tmp_path)


@pytest.mark.parametrize("gone", ["images/a.jpg", "panoptic/a.png"])
def test_files__that_are_not_there(tmp_path, gone):
    (write(tmp_path) / gone).unlink()
    with pytest.raises(FileNotFoundError, match=f"1 file.* not there: .*{gone}"):
        dataset(tmp_path)
    assert len(dataset(tmp_path, allow_missing=True)) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"segments": {200: 3, 70_000: 5, 300: 9}}, r"1 segment.* not list: 16000000"),
        ({"segments": {200: 4}}, "has the category_id 4, which the file does not list"),
        ({"categories": None}, "it has no list categories"),
        ({"annotations": [{"image_id": 0}]}, "has no file_name, segments_info"),
        ({"annotations": [{"image_id": 0, "file_name": "../a.png",
                           "segments_info": []}]}, "names are paths below"),
        ({"annotations": [{"image_id": 0, "file_name": "a.png",
                           "segments_info": [{"id": 1}]}]}, "has no category_id"),
        ({"annotations": [{"image_id": 0, "file_name": "a.png",
                           "segments_info": []}] * 2}, "the image_id 0 occurs twice"),
    ],
)  # fmt: skip
def test_file__what_is_wrong_is_told(tmp_path, more, said):
    write(tmp_path, **more)
    with pytest.raises(ValueError, match=said):
        dataset(tmp_path)[0]


def test_file__no_json(tmp_path):
    (write(tmp_path) / "panoptic.json").write_text("{")
    with pytest.raises(ValueError, match="is no JSON"):
        dataset(tmp_path)


def test_check__another_size_is_an_error(tmp_path):
    write(tmp_path, ids=IDS.T)
    with pytest.raises(ValueError, match=r"a.png is 30x40, .*a.jpg is 40x30"):
        check_dataset(config(tmp_path))


def test_check__decoded_before_goes_by_classes(tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)
    write(tmp_path, names=["a.jpg"])
    counts = []
    for options in ({}, {}, {"names": {"car": "sky"}}):
        before = DecodedBefore(tmp_path / "memory")
        (report,) = check_dataset(config(tmp_path, **options), before=before)
        before.save()
        counts.append((before.num_reused, report.pixels.tolist()))
    assert counts == [(0, [240, 120, 0]), (1, [240, 120, 0]), (0, [240, 120, 120])]
