"""How folders of images and labels are read, whatever the labels are."""

import json

import numpy as np
import pytest
import tifffile
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels

SIZE = (24, 20)  # height, width
IDS = np.zeros(SIZE, np.uint8)
IDS[4:12, 5:15] = 1
IDS[14:20, 2:9] = 2
RGB = np.array([[0, 0, 0], [128, 0, 0], [0, 64, 128]], np.uint8)


def save(path, array, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tif" and array.dtype != np.uint8:
        tifffile.imwrite(path, array, photometric="minisblack", planarconfig="contig")
    else:
        Image.fromarray(array).save(path, **how)


def images(folder, names):
    rng = np.random.default_rng(0)
    for name in names:
        save(folder / name, rng.integers(0, 255, (*SIZE, 3), np.uint8))


def built(found):
    """The data set that is found, with its first label as class indices."""
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    dataset = DATASETS.build(config)
    return dataset, dataset[0]["gt_seg_map"]


def another(name):
    folder, _, last = name.rpartition("/")
    return f"{folder}/c{last}" if folder else f"c{last}"


@pytest.mark.parametrize(
    ("image", "label", "options"),
    [
        ("a.png", "a.png", {}),
        ("a.jpg", "a.png", {}),
        ("a.jpg", "a.tif", {"label_suffix": ".tif"}),
        ("a.ppm", "a.png", {"image_suffix": ".ppm"}),
        ("s/a.jpg", "s/a.png", {}),
        (
            "a_rgb.png",
            "a_gt_ids.png",
            {"image_suffix": "_rgb.png", "label_suffix": "_gt_ids.png"},
        ),
        (
            "21_training.tif",
            "21_manual1.gif",
            {"image_suffix": "_training.tif", "label_suffix": "_manual1.gif"},
        ),
    ],
)
def test_find_labels__names(tmp_path, image, label, options):
    images(tmp_path / "x", [image, another(image)])
    for name in (label, another(label)):
        save(tmp_path / "y" / name, IDS)
    found = find_labels(tmp_path / "x", tmp_path / "y")
    expected = {"type": "LabelledFolder", "data_root": str(tmp_path)}
    expected |= {"image_dir": "x", "label_dir": "y", **options}
    assert {k: v for k, v in found.dataset.items() if k != "label_map"} == expected
    assert len(found.paths) == 2
    assert found.sizes == [(20, 24)] * 2
    assert found.shares["class_1"] == pytest.approx(80 / 480)


@pytest.mark.parametrize(
    ("image", "label", "options"),
    [
        ("img_{}.jpg", "mask_{}.png", {"image_prefix": "img", "label_prefix": "mask"}),
        ("{}.jpg", "gt_{}.tif", {"label_prefix": "gt_", "label_suffix": ".tif"}),
    ],
)
def test_find_labels__names_that_begin_differently(tmp_path, image, label, options):
    images(tmp_path / "x", [image.format(i) for i in range(3)])
    for index in range(3):
        save(tmp_path / "y" / label.format(index), IDS)
    found = find_labels(tmp_path / "x", tmp_path / "y")
    assert found.dataset.items() >= options.items()
    assert len(found.paths) == 3


def test_find_labels__images_and_labels_in_one_folder(tmp_path):
    images(tmp_path, ["1.jpg", "2.jpg", "3.jpg"])
    for name in ("1_mask.png", "2_mask.png"):
        save(tmp_path / name, (IDS > 0) * np.uint8(255))
    found = find_labels(tmp_path, tmp_path, parse_classes(["road", "lane"]))
    assert found.dataset["label_suffix"] == "_mask.png"
    assert found.dataset["label_map"] == {0: 0, 255: 1}
    dataset, label = built(found)
    assert len(dataset) == 2
    assert np.array_equal(label, IDS > 0)


def test_find_labels__labels_below_the_images(tmp_path):
    images(tmp_path, ["1.jpg", "2.jpg"])
    for name in ("masks/1.png", "masks/2.png"):
        save(tmp_path / name, IDS)
    found = find_labels(tmp_path, tmp_path / "masks")
    dataset, label = built(found)
    assert len(dataset) == 2
    assert np.array_equal(label, IDS)


def test_find_labels__some_without_a_partner(tmp_path):
    images(tmp_path / "x", ["1.jpg", "2.jpg", "3.jpg"])
    for name in ("1.png", "2.png"):
        save(tmp_path / "y" / name, IDS)
    found = find_labels(tmp_path / "x", tmp_path / "y")
    assert found.dataset["allow_unpaired"]
    assert any(
        "2 images with a label; without a partner, and left out: 1 file" in s
        for s in found.said
    )
    assert len(built(found)[0]) == 2


def test_find_labels__names_that_have_nothing_in_common(tmp_path):
    images(tmp_path / "x", ["cat.jpg", "dog.jpg"])
    save(tmp_path / "y/red.png", IDS)
    with pytest.raises(ValueError, match=r"do not pair up: cat\.jpg, red\.png"):
        find_labels(tmp_path / "x", tmp_path / "y")


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_find_labels__wide_numbers(tmp_path, dtype):
    images(tmp_path / "x", ["1.png"])
    save(tmp_path / "y/1.tif", IDS.astype(dtype) * 1000)
    found = find_labels(tmp_path / "x", tmp_path / "y", parse_classes("abc"))
    assert found.dataset["label_map"] == {0: 0, 1000: 1, 2000: 2}
    assert np.array_equal(built(found)[1], IDS)


def test_find_labels__one_bit(tmp_path):
    images(tmp_path / "x", ["1.png"])
    (tmp_path / "y").mkdir()
    Image.fromarray(IDS > 0).save(tmp_path / "y/1.png")
    found = find_labels(tmp_path / "x", tmp_path / "y")
    assert found.classes == ("background", "foreground")
    assert np.array_equal(built(found)[1], IDS > 0)


def colored(tmp_path):
    images(tmp_path / "JPEGImages", ["1.png", "2.png"])
    for name in ("1.png", "2.png"):
        save(tmp_path / "SegmentationClass" / name, RGB[IDS])
    return tmp_path / "JPEGImages", tmp_path / "SegmentationClass"


def test_find_labels__colours_of_cvat(tmp_path):
    folders = colored(tmp_path)
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad:128,0,0::\n"
        "water:0,64,128::\n"
    )
    found = find_labels(*folders)
    assert found.classes == ("background", "road", "water")
    assert found.palette == RGB.tolist()
    assert np.array_equal(built(found)[1], IDS)


def test_find_labels__some_classes_of_a_table(tmp_path):
    folders = colored(tmp_path)
    (tmp_path / "labelmap.txt").write_text(
        "background:0,0,0::\nroad:128,0,0::\nwater:0,64,128::\n"
    )
    found = find_labels(*folders, parse_classes(["background", "water"]))
    assert found.dataset["label_format"]["merge"] == {"road": "ignore"}
    assert np.array_equal(built(found)[1], np.array([0, 255, 1])[IDS])


def test_find_labels__colours_that_are_named(tmp_path):
    words = ["land=#000000", "road=#800000", "ignore=#004080"]
    found = find_labels(*colored(tmp_path), parse_classes(words))
    assert found.classes == ("land", "road")
    assert np.array_equal(built(found)[1], np.array([0, 1, 255])[IDS])


def test_find_labels__colours_that_nobody_names(tmp_path):
    said = r"#000000 \(.* %\), .*--classes NAME=#000000 .*NAME=#800000"
    with pytest.raises(ValueError, match=said):
        find_labels(*colored(tmp_path))


def test_find_labels__numbers_of_roboflow(tmp_path):
    images(tmp_path / "train", ["1.jpg", "2.jpg"])
    for name in ("1_mask.png", "2_mask.png"):
        save(tmp_path / "train" / name, IDS)
    (tmp_path / "train/_classes.csv").write_text(
        "Pixel Value, Class\n0, background\n1, road\n2, water\n"
    )
    found = find_labels(tmp_path / "train", tmp_path / "train")
    assert found.classes == ("background", "road", "water")
    assert np.array_equal(built(found)[1], IDS)


def labelme(path, shapes):
    path.write_text(
        json.dumps(
            {
                "version": "5.0.0",
                "flags": {},
                "shapes": [
                    {"label": n, "shape_type": "rectangle", "points": p}
                    for n, p in shapes
                ],
                "imagePath": path.with_suffix(".jpg").name,
                "imageData": None,
                "imageHeight": SIZE[0],
                "imageWidth": SIZE[1],
            }
        )
    )


@pytest.mark.parametrize("apart", [True, False])
def test_find_labels__labelme(tmp_path, apart):
    images(tmp_path / "x", ["1.jpg", "2.jpg", "3.jpg"])
    labels = tmp_path / ("y" if apart else "x")
    labels.mkdir(exist_ok=True)
    labelme(labels / "1.json", [("road", [[5, 4], [14, 11]])])
    labelme(labels / "2.json", [("water", [[2, 14], [8, 19]])])
    found = find_labels(tmp_path / "x", labels)
    assert found.classes == ("background", "road", "water")
    assert found.encoding == "LabelMe JSON"
    dataset, label = built(found)
    assert len(dataset) == 2
    assert label[8, 10] == 1
    assert label[20, 18] == 0


def coco(path, names):
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": i, "file_name": name, "height": SIZE[0], "width": SIZE[1]}
                    for i, name in enumerate(names)
                ],
                "annotations": [
                    {
                        "id": 1,
                        "image_id": 0,
                        "category_id": 7,
                        "segmentation": [[5, 4, 15, 4, 15, 12, 5, 12]],
                        "area": 80,
                        "bbox": [5, 4, 10, 8],
                        "iscrowd": 0,
                    }
                ],
                "categories": [{"id": 7, "name": "road"}, {"id": 8, "name": "never"}],
            }
        )
    )


@pytest.mark.parametrize("as_folder", [True, False])
def test_find_labels__coco(tmp_path, as_folder):
    images(tmp_path / "x", ["1.jpg", "2.jpg"])
    file = tmp_path / "x/_annotations.coco.json"
    coco(file, ["1.jpg", "2.jpg", "gone.jpg"])
    found = find_labels(tmp_path / "x", file.parent if as_folder else file)
    assert found.classes == ("background", "road")
    assert found.dataset["allow_missing"]
    dataset, label = built(found)
    assert len(dataset) == 2
    assert label.sum() == 80


def test_find_labels__images_of_16_bits_and_several_bands(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("1.tif", "2.tif"):
        pixels = rng.integers(200, 3000, (*SIZE, 5)).astype(np.uint16)
        save(tmp_path / "x" / name, pixels)
        save(tmp_path / "y" / name, IDS)
    found = find_labels(tmp_path / "x", tmp_path / "y")
    low, high = found.dataset["value_range"]
    assert found.dataset["bands"] == (1, 2, 3)
    assert 200 <= low < 220
    assert 2980 < high < 3000
    assert built(found)[0][0]["img"].shape == (*SIZE, 3)


def test_find_labels__geotiff_with_no_data(tmp_path):
    images(tmp_path / "x", ["1.png"])
    label = IDS.astype(np.float32) + 1
    label[:3] = -9999
    (tmp_path / "y").mkdir()
    nodata = [(42113, "s", 0, "-9999", True)]
    tifffile.imwrite(tmp_path / "y/1.tif", label, extratags=nodata, tile=(16, 16))
    found = find_labels(tmp_path / "x", tmp_path / "y", parse_classes("abc"))
    assert found.dataset["label_format"] == {"type": "IndexLabels", "nodata": -9999}
    expected = IDS.copy()
    expected[:3] = 255
    assert np.array_equal(built(found)[1], expected)


def test_find_labels__one_band_of_several(tmp_path):
    images(tmp_path / "x", ["1.png"])
    bands = np.stack([IDS * 0, IDS], -1).astype(np.uint16)
    save(tmp_path / "y/1.tif", bands)
    found = find_labels(tmp_path / "x", tmp_path / "y", parse_classes("abc"), band=2)
    assert found.dataset["label_format"] == {"type": "IndexLabels", "band": 2}
    assert np.array_equal(built(found)[1], IDS)


def test_find_labels__json_of_another_tool(tmp_path):
    images(tmp_path / "x", ["1.png"])
    (tmp_path / "y").mkdir()
    (tmp_path / "y/1.json").write_text('{"objects": []}')
    with pytest.raises(ValueError, match=r"no file of LabelMe, .* none of COCO"):
        find_labels(tmp_path / "x", tmp_path / "y")


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_find_labels__masks_with_blurred_borders(tmp_path, suffix):
    mask = np.zeros((96, 80), np.uint8)
    mask[20:60, 30:70] = 255
    big = Image.fromarray(mask)
    for index in range(3):
        save(tmp_path / f"x/{index}.png", np.zeros((192, 160, 3), np.uint8))
        path = tmp_path / f"y/{index}{suffix}"
        path.parent.mkdir(exist_ok=True)
        big.resize((160, 192), Image.Resampling.BICUBIC).save(path)
    found = find_labels(
        tmp_path / "x", tmp_path / "y", parse_classes(["wall", "crack"])
    )
    assert found.dataset["label_format"] == {"type": "MaskLabels"}
    label = built(found)[1]
    assert np.array_equal(label[::2, ::2], mask > 0)
    assert found.shares["crack"] == pytest.approx(1600 / 7680, abs=0.01)
