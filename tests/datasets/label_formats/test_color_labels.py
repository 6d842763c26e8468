"""Labels whose colours are classes, written by Pillow, OpenCV and tifffile."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.datasets.label_formats import ColorLabels, IndexLabels

COLORS = {"road": "#804080", "tree": (10, 200, 30), "ignore": ["#000000", "ffffff"]}
RGB = np.array([[128, 64, 128], [10, 200, 30], [0, 0, 0], [255, 255, 255]], np.uint8)
IDS = np.random.default_rng(0).integers(0, 4, (7, 9))
EXPECTED = np.array([0, 1, 255, 255])[IDS]


def bound(classes=("road", "tree"), palette=(), root=".", **options):
    made = ColorLabels(**options)
    made.bind(root, classes, palette)
    return made


def save_rgb(path):
    Image.fromarray(RGB[IDS]).save(path)


def save_rgba(path):
    alpha = np.full((*IDS.shape, 1), 255, np.uint8)
    Image.fromarray(np.concatenate([RGB[IDS], alpha], 2)).save(path)


def save_palette(path):
    image = Image.fromarray(IDS.astype(np.uint8))
    image.putpalette(RGB.ravel().tolist())
    image.save(path)


def save_wide(path):
    cv2.imwrite(str(path), RGB[IDS][..., ::-1].astype(np.uint16) * 257)


def save_tiff(path):
    tifffile.imwrite(path, RGB[IDS], photometric="rgb", compression="lzw")


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (save_rgb, "a.png"),
        (save_rgb, "a.bmp"),
        (save_rgba, "a.png"),
        (save_palette, "a.png"),
        (save_palette, "a.gif"),
        (save_wide, "a.png"),
        (save_tiff, "a.tif"),
    ],
)
def test_colors__of_every_kind_of_file(tmp_path, write, name):
    write(tmp_path / name)
    ids = bound(colors=COLORS).read(tmp_path / name)
    assert ids.dtype == np.uint8
    assert np.array_equal(ids, EXPECTED)


def test_colors__grays_have_three_equal_parts(tmp_path):
    Image.fromarray(np.uint8([[0, 7], [255, 7]])).save(tmp_path / "a.png")
    made = bound(colors={"road": "#070707", "tree": "#ffffff", "ignore": "#000000"})
    assert np.array_equal(made.read(tmp_path / "a.png"), [[255, 0], [1, 0]])


def test_colors__turned_as_the_tag_says(tmp_path):
    exif = Image.Exif()
    exif[274] = 6  # stored rows are columns of what is shown
    Image.fromarray(RGB[IDS]).save(tmp_path / "a.png", exif=exif)
    made = bound(colors=COLORS)
    assert np.array_equal(made.read(tmp_path / "a.png"), np.rot90(EXPECTED, -1))
    assert np.array_equal(made.read(tmp_path / "a.png", "stored"), EXPECTED)
    assert made.declared(tmp_path / "a.png").size("shown") == (7, 9)


@pytest.mark.parametrize(
    ("options", "clear"), [({}, 255), ({"transparent": "tree"}, 1)]
)
def test_colors__transparent_pixels_are_ignored_or_of_a_class(tmp_path, options, clear):
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[0, :, :3] = RGB[[0, 0, 2]]
    pixels[0, 0, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    made = bound(colors={"road": "#804080", "tree": "#00ff00"}, **options)
    assert np.array_equal(made.read(tmp_path / "a.png"), [[0, clear, clear]])


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif"])
def test_colors__of_one_bit_are_black_and_white(tmp_path, name):
    mask = IDS > 1
    Image.fromarray(mask).save(tmp_path / name)
    made = bound(colors={"road": "#000000", "tree": "#ffffff"})
    assert np.array_equal(made.read(tmp_path / name), mask)


def test_colors__of_sixteen_bits_with_alpha(tmp_path):
    alpha = np.full((*IDS.shape, 1), 65535, np.uint16)
    wide = RGB[IDS][..., ::-1].astype(np.uint16) * 257
    cv2.imwrite(str(tmp_path / "a.png"), np.concatenate([wide, alpha], 2))
    assert np.array_equal(bound(colors=COLORS).read(tmp_path / "a.png"), EXPECTED)


def test_ids__are_not_taken_from_sixteen_bit_colours_with_alpha(tmp_path):
    pixels = np.zeros((2, 3, 4), np.uint16)
    pixels[..., :] = (77, 5, 5, 65535)  # B, G, R, alpha
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    with pytest.raises(ValueError, match="holds colours, not class ids"):
        IndexLabels().read(tmp_path / "a.png")


def test_colors__of_several_pages_are_refused(tmp_path):
    pages = [Image.fromarray(RGB[ids]).convert("P") for ids in (IDS, 3 - IDS)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    with pytest.raises(ValueError, match="holds 2 pages"):
        bound(colors=COLORS).read(tmp_path / "a.gif")


def test_colors__of_the_palette_by_default(tmp_path):
    save_rgb(tmp_path / "a.png")
    made = bound(("a", "b", "c", "d"), RGB.tolist())
    assert np.array_equal(made.read(tmp_path / "a.png"), IDS)


def test_colors__unknown_ones_are_told_or_ignored(tmp_path):
    pixels = RGB[IDS]
    pixels[0, :2] = (1, 2, 3)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    told = (
        r"a.png holds colours of no class: #010203 \(3.2 % of its pixels\). Known are"
    )
    with pytest.raises(ValueError, match=told + " #804080 road, #0ac81e tree"):
        bound(colors=COLORS).read(tmp_path / "a.png")
    expected = EXPECTED.copy()
    expected[0, :2] = 255
    made = bound(colors=COLORS, unknown="ignore")
    assert np.array_equal(made.read(tmp_path / "a.png"), expected)
    expected[0, :2] = 1
    made = bound(colors=COLORS, unknown="tree")
    assert np.array_equal(made.read(tmp_path / "a.png"), expected)


def test_colors__few_unknown_ones_may_be_blurred_borders(tmp_path):
    pixels = np.broadcast_to(RGB[0], (50, 50, 3)).copy()
    pixels[3, 3] = (1, 2, 3)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="unknown='ignore' leaves them out"):
        bound(colors=COLORS).read(tmp_path / "a.png")


def test_colors__compressed_with_losses_are_refused(tmp_path):
    save_rgb(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="compressed as JPEG with losses"):
        bound(colors=COLORS).read(tmp_path / "a.jpg")


CVAT = """# label:color_rgb:parts:actions
road:128,64,128::
big: tree:10,200,30::
void:0,0,0::
void:255,255,255::
"""
CSV = (
    "name, r, g, b\nroad,128,64,128\nbig: tree,10,200,30\nvoid,0,0,0\nvoid,255,255,255"
)


@pytest.mark.parametrize(
    "text", [CVAT, CSV, CSV.replace(",", ";"), CSV.replace(",", "\t")]
)
def test_table__of_cvat_or_csv(tmp_path, text):
    (tmp_path / "map.txt").write_text(text)
    save_rgb(tmp_path / "a.png")
    merge = {"big: tree": "tree", "void": "ignore"}
    made = bound(root=tmp_path, table="map.txt", merge=merge)
    assert np.array_equal(made.read(tmp_path / "a.png"), EXPECTED)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("road:1,2,3::\n", {"merge": {"rod": "road"}}, "merge names rod, the table"),
        ("road:::\n", {}, "'road' has no colour. The project that was exported"),
        ("lane:1,2,3::\n", {}, "map.txt names the class 'lane', which is none"),
        ("road:1,2::\n", {}, "a colour is '#rrggbb' or three numbers"),
        ("road:1,x,2::\n", {}, "1,x,2 are no three numbers of a colour"),
        ("road\n", {}, "is no table of colours: expected lines name:r,g,b::"),
        ("# nothing\n", {}, "names no class"),
        ("r,g,b,name\n1,2,3\n", {}, r"the colour \[1, 2, 3\] has no name"),
        (b"road\xe9:1,2,3::\n".decode("latin-1"), {}, "is not written in UTF-8"),
    ],
)
def test_table__what_is_wrong_is_told(tmp_path, text, options, said):
    encoding = "latin-1" if "\xe9" in text else "utf-8"
    (tmp_path / "map.txt").write_text(text, encoding)
    with pytest.raises(ValueError, match=said):
        bound(root=tmp_path, table="map.txt", **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"colors": {"road": "#80408"}}, "'#80408'"),
        ({"colors": {"road": (1, 2, 256)}}, "three numbers in 0 to 255"),
        ({"colors": {"lane": "#000000"}}, "'lane', which is none of the data set's"),
        ({"colors": {"road": "#000000", "tree": "#000000"}}, "of 'road' and of 'tree'"),
        ({"colors": {}}, "names no colour"),
        ({}, "knows no colours"),
        ({"colors": {}, "table": "x"}, "both say"),
        ({"merge": {"a": "b"}}, "there is no table"),
        ({"colors": [["road", "#000000"]]}, "colors is {class: colour}, got"),
        (
            {"colors": COLORS, "unknown": "keep"},
            "unknown names the class 'keep', which is none",
        ),
    ],
)
def test_colors__wrong_options_are_told(options, said):
    with pytest.raises(ValueError, match=said):
        bound(**options)


def test_table__missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no table of colours .*map.txt"):
        bound(root=tmp_path, table="map.txt")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    for name in "abc":
        Image.fromarray(RGB[IDS]).save(tmp_path / "images" / f"{name}.jpg")
        save_rgb(tmp_path / "labels" / f"{name}.png")
    return tmp_path


def test_folder__loads_colours_as_classes(folder):
    dataset = LabelledFolder(
        str(folder),
        metainfo=dict(classes=("road", "tree")),
        label_format=dict(type="ColorLabels", colors=COLORS),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
    )
    assert len(dataset) == 3
    assert np.array_equal(dataset[1]["gt_seg_map"], EXPECTED)


def test_folder__has_no_colours_but_those_it_was_given(folder):
    options = dict(label_format=dict(type="ColorLabels"))
    with pytest.raises(ValueError, match="knows no colours"):
        LabelledFolder(str(folder), metainfo=dict(classes=("road", "x")), **options)
    meta = dict(classes=tuple("abcd"), palette=RGB.tolist())
    dataset = LabelledFolder(str(folder), metainfo=meta, **options)
    sample = dataset.get_data_info(0)
    ids = sample["label_format"].read(sample["seg_map_path"])
    assert np.array_equal(sample["label_lut"][ids], IDS)


def test_folder__takes_no_label_map_with_it(folder):
    with pytest.raises(ValueError, match="label_map is of ids, but ColorLabels names"):
        LabelledFolder(
            str(folder),
            label_map={0: 0},
            label_format=dict(type="ColorLabels", colors=COLORS),
        )
