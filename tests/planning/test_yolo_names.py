"""How YOLO's text files are found and named."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels

TRIANGLE = "0.1 0.1 0.9 0.1 0.5 0.9"


@pytest.fixture
def export(tmp_path):
    """As Ultralytics and Roboflow lay it out, without names."""
    for index in range(3):
        image = tmp_path / f"train/images/{index}.jpg"
        image.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(image)
        label = tmp_path / f"train/labels/{index}.txt"
        label.parent.mkdir(exist_ok=True)
        label.write_text(f"{index % 2} {TRIANGLE}\n" if index else "")
    return tmp_path


def found_in(export, *classes, images="train/images", labels="train/labels"):
    given = parse_classes(classes) if classes else None
    return find_labels(export / images, export / labels, given)


def classes_in(found):
    """The names of the classes that the labels hold, image by image."""
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    names = dict(enumerate(found.classes)) | {255: "ignore"}
    data = DATASETS.build(config)
    return [{names[i] for i in np.unique(one["gt_seg_map"])} for one in data]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("data.yaml", "nc: 2\nnames: ['spall', 'crack']\n"),
        ("train/dataset.yml", "names:\n  0: spall\n  1: crack\n"),
        ("train/labels/classes.txt", "spall\ncrack\n"),
        ("obj.names", "spall\ncrack\n"),
    ],
)
def test_names__of_a_file(export, file, text):
    (export / file).write_text(text)
    (export / "other.yaml").write_text("lr: 0.1\n")
    found = found_in(export)
    assert found.classes == ("background", "spall", "crack")
    assert found.dataset["label_format"] == {"type": "YoloLabels"}
    assert found.encoding.startswith("YOLO's outlines, named by")
    here = {"background", "crack"}, {"background", "spall"}
    assert classes_in(found) == [{"background"}, *here]


def test_names__of_which_one_is_a_class(export):
    (export / "data.yaml").write_text("names: [spall, crack]\n")
    found = found_in(export, "background", "crack")
    ignored = {"background", "ignore"}
    assert classes_in(found) == [{"background"}, {"background", "crack"}, ignored]
    assert any("spall is no class, and ignored" in said for said in found.said)


def test_names__that_the_user_says(export):
    found = found_in(export, "background", "a", "b")
    assert classes_in(found) == [
        {"background"},
        {"background", "b"},
        {"background", "a"},
    ]
    found = found_in(export, "a", "b")
    assert classes_in(found) == [{"ignore"}, {"ignore", "b"}, {"ignore", "a"}]


def test_names__missing(export):
    with pytest.raises(ValueError, match=r"numbers 0, 1, .*NAME_OF_0 NAME_OF_1"):
        found_in(export)
    with pytest.raises(ValueError, match=r"names 1 classes \(a\), .*numbers 0, 1"):
        found_in(export, "background", "a")
    with pytest.raises(ValueError, match="gives names alone"):
        found_in(export, "a=0", "b=1")
    (export / "data.yaml").write_text("names: {0: a, 2: b}\n")  # damaged: not used
    with pytest.raises(ValueError, match=r"no data.yaml or classes.txt"):
        found_in(export)


def test_boxes__are_refused(export):
    (export / "train/labels/1.txt").write_text("1 0.5 0.5 0.1 0.1\n")
    with pytest.raises(ValueError, match=r"labels.1.txt, line 1 is a box"):
        found_in(export, "background", "a", "b")


def test_shapes__there_are_none(export):
    for path in (export / "train/labels").iterdir():
        path.write_text("")
    with pytest.raises(ValueError, match="hold no shape: are the images annotated"):
        found_in(export, "background", "a")


def test_one_folder__holds_both(export):
    (export / "data.yaml").write_text("names: [spall, crack]\n")
    with pytest.raises(ValueError, match=r"the labels: .*train.images .*train.labels"):
        found_in(export, images="", labels="")
    for path in (export / "train/labels").iterdir():
        path.rename(export / "train/images" / path.name)
    found = found_in(export, images="train/images", labels="train/images")
    assert found.dataset["label_suffix"] == ".txt"
    assert len(classes_in(found)) == 3
