"""Labels in which every object has a number, or a colour, of its own."""

import numpy as np
import pytest
import rasterio
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels
from mmseg_uda.planning.label_values import meaning_of

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"
)
SIZE = (40, 60)
NUMBERS = np.zeros(SIZE, np.uint16)
for _index in range(20):
    _top, _left = 8 * (_index // 5) + 2, 12 * (_index % 5) + 2
    NUMBERS[_top : _top + 5, _left : _left + 7] = 3000 * (_index + 1)
NUMBERS[2:7, 2:9] = 255  # an object like any other
CLASSES = (NUMBERS > 0).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    for place in ("x", "y"):
        (tmp_path / place).mkdir()
    gray = np.random.default_rng(0).integers(0, 255, SIZE, np.uint8)
    Image.fromarray(gray).save(tmp_path / "x/1.png")
    return tmp_path


def found_in(folder, *classes):
    given = parse_classes(classes) if classes else None
    return find_labels(folder / "x", folder / "y", given)


def read(found):
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    return DATASETS.build(config)[0]["gt_seg_map"]


def test_numbers__all_but_one_are_a_class(folder):
    Image.fromarray(NUMBERS).save(folder / "y/1.png")
    found = found_in(folder, "background=0", "nucleus=other")
    assert found.classes == ("background", "nucleus")
    assert any("20 other numbers (29 %" in said for said in found.said), found.said
    assert np.array_equal(read(found), CLASSES)


@pytest.mark.parametrize("classes", [["background", "nucleus"], ["nucleus"]])
def test_numbers__the_option_is_told(folder, classes):
    Image.fromarray(NUMBERS).save(folder / "y/1.png")
    with pytest.raises(ValueError, match=r"--classes background=0 nucleus=other$"):
        found_in(folder, *classes)


def test_numbers__without_names_the_option_is_told(folder):
    Image.fromarray(NUMBERS).save(folder / "y/1.png")
    assert any("background=0 NAME=other" in said for said in found_in(folder).said)
    with pytest.raises(ValueError, match=r"100 values, .* 84 more.*NAME=other$"):
        meaning_of(dict.fromkeys(range(0, 300, 3), 1), None)


def test_numbers__that_are_ignored(folder):
    Image.fromarray(NUMBERS).save(folder / "y/1.png")
    found = found_in(folder, "background=0", "nucleus=255", "ignore=other")
    expected = np.where(NUMBERS == 0, 0, np.where(NUMBERS == 255, 1, 255))
    assert np.array_equal(read(found), expected)


def test_numbers__of_which_there_are_no_others(folder):
    Image.fromarray(CLASSES).save(folder / "y/1.png")
    with pytest.raises(ValueError, match=r"all other numbers are b, but .* hold none"):
        found_in(folder, "a=0", "c=1", "b=other")


@pytest.mark.parametrize(
    ("nodata", "classes", "expected"),
    [
        (0, ["background=0", "nucleus=other"], CLASSES),  # what is said counts
        (
            0,
            ["background=7", "nucleus=other"],
            np.where(NUMBERS == 0, 255, NUMBERS != 255),
        ),
        (-1, ["background=0", "nucleus=other"], np.where(NUMBERS == 255, 255, CLASSES)),
    ],
)
def test_numbers__beside_no_data(folder, nodata, classes, expected):
    shape = dict(driver="GTiff", height=SIZE[0], width=SIZE[1], count=1, dtype="int32")
    with rasterio.open(folder / "y/1.tif", "w", **shape, nodata=nodata) as file:
        special = nodata or 7
        file.write(np.where(NUMBERS == 255, special, NUMBERS.astype(np.int32)), 1)
    assert np.array_equal(read(found_in(folder, *classes)), expected)


def test_colours__all_but_one_are_a_class(folder):
    colours = np.random.default_rng(1).integers(1, 255, (70_000, 3), np.uint8)
    colours[0] = 0
    Image.fromarray(colours[NUMBERS]).save(folder / "y/1.png")
    with pytest.raises(ValueError, match=r"NAME=#.*\(ignore=... for what is none\)"):
        found_in(folder, "background", "nucleus")
    found = found_in(folder, "background=#000000", "nucleus=other")
    assert found.palette == []
    assert np.array_equal(read(found), CLASSES)


def test_colours__the_option_is_told_where_there_are_many(folder):
    colours = np.random.default_rng(1).integers(1, 255, (256, 3), np.uint8)
    many = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE) % 60
    colours[0] = 0
    Image.fromarray(colours[np.where(many < 30, 0, many)]).save(folder / "y/1.png")
    with pytest.raises(ValueError, match="background=#000000 NAME=other"):
        found_in(folder)
