"""Tables and lists of names beside label images."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels
from mmseg_uda.planning.voc_labels import BORDER, voc_colors

CLASSES = ("background", "road", "Straße")
LIST = "background\nroad\nStraße\n"
IDS = np.zeros((20, 24), np.uint8)
IDS[4:12, 5:15] = 1
IDS[14:19, 2:9] = 2
IDS[11:13, 5:15] = 255  # a border
VOC = np.array([[c >> 16, c >> 8 & 255, c & 255] for c in voc_colors(256)], np.uint8)


def write(root, how, ids=IDS, offset=0):
    """Store a label as a palette image, as gray numbers, or in its colours."""
    values = np.where(ids == 255, 255, ids + offset).astype(np.uint8)
    label = Image.fromarray(VOC[values] if how == "colours" else values)
    if how == "palette":
        label = Image.fromarray(values, "P")
        label.putpalette(VOC.ravel().tolist())
    for folder in ("x", "y"):
        (root / folder).mkdir(exist_ok=True)
    label.save(root / "y/1.png")
    pixels = np.random.default_rng(0).integers(0, 256, (*ids.shape, 3))
    Image.fromarray(pixels.astype(np.uint8)).save(root / "x/1.png")
    return root / "x", root / "y"


def read(found):
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    return DATASETS.build(config)[0]["gt_seg_map"]


def test_voc_colors__those_of_the_paper():
    # background, aeroplane, bicycle, cat, person, tvmonitor, the border
    known = {0: 0, 1: 0x800000, 2: 0x008000, 8: 0x400000, 15: 0xC08080, 20: 0x004080}
    colors = voc_colors(256)
    assert {number: colors[number] for number in known} == known
    assert colors[255] == BORDER == 0xE0E0C0
    assert len(set(colors)) == 256


@pytest.mark.parametrize("how", ["palette", "gray", "colours"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", LIST),
        ("class_names.txt", LIST),
        ("labelmap.txt", "background:::\nroad:::\nStraße:::\n"),
        ("labelmap.txt", "background:0,0,0::\nroad:128,0,0::\nStraße:0,128,0::\n"),
        (
            "labelmap.txt",
            "background:0,0,0::\nroad:128,0,0::\nStraße:0,128,0::\n"
            "ignored:224,224,192::\n",
        ),
    ],
)
@pytest.mark.parametrize("beside", [True, False])
def test_table__names_the_classes(tmp_path, how, name, text, beside):
    folders = write(tmp_path, how)
    (tmp_path / ("y" if beside else "") / name).write_text(text, "utf-8")
    found = find_labels(*folders)
    assert found.classes == CLASSES
    assert np.array_equal(read(found), IDS)


@pytest.mark.parametrize("how", ["palette", "gray"])
def test_table__of_other_colours_counts_by_its_order(tmp_path, how):
    folders = write(tmp_path, how)
    text = "background:9,9,9::\nroad:5,5,5::\nStraße:1,2,3::\n"
    (tmp_path / "labelmap.txt").write_text(text, "utf-8")
    found = find_labels(*folders)
    assert found.classes == CLASSES
    assert found.encoding == "class indices, named by labelmap.txt"
    assert np.array_equal(read(found), IDS)


@pytest.mark.parametrize("how", ["palette", "colours"])
def test_table__some_of_its_classes(tmp_path, how):
    folders = write(tmp_path, how)
    (tmp_path / "classes.txt").write_text(LIST, "utf-8")
    found = find_labels(*folders, parse_classes(["Straße", "background"]))
    assert found.classes == ("Straße", "background")
    expected = np.array([1, 255, 0, *[255] * 253])[IDS]
    assert np.array_equal(read(found), expected)


def test_list__that_names_other_classes_is_not_used(tmp_path):
    folders = write(tmp_path, "gray", offset=7)
    (tmp_path / "classes.txt").write_text(LIST, "utf-8")
    found = find_labels(*folders)
    assert found.classes == ("class_7", "class_8", "class_9")
    assert any("which are not those of the labels: it is not used" in s
               for s in found.said)  # fmt: skip
    words = ["a=7", "b=8", "c=9"]
    assert find_labels(*folders, parse_classes(words)).classes == ("a", "b", "c")


@pytest.mark.parametrize("text", ["road\nroad\n", "", "# nothing"])
def test_list__that_names_none_or_one_twice(tmp_path, text):
    folders = write(tmp_path, "gray")
    (tmp_path / "classes.txt").write_text(text)
    found = find_labels(*folders)
    assert found.classes == ("class_0", "class_1", "class_2")
    assert any("classes.txt names no class, or one twice" in s for s in found.said)


@pytest.mark.parametrize("how", ["palette", "gray"])
def test_nothing_beside__classes_are_made_up(tmp_path, how):
    found = find_labels(*write(tmp_path, how))
    assert found.classes == ("class_0", "class_1", "class_2")
    assert np.array_equal(read(found), IDS)
