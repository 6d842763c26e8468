import numpy as np
import pytest
import tifffile
from PIL import Image

from mmseg_uda.datasets import UnlabelledFolder
from mmseg_uda.datasets.names.label_look import Look, look_at
from mmseg_uda.datasets.names.strangers import find_strangers, odd_ones
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.pseudo_labels import ImageFiles
from mmseg_uda.visualization.images import find_images

RNG = np.random.default_rng(0)
SIZE = (48, 64)


def patches(num):
    ids = np.zeros(SIZE, dtype=np.uint8)
    for value in range(1, num):
        x, y = RNG.integers(0, SIZE[1] - 20), RNG.integers(0, SIZE[0] - 16)
        ids[y : y + 16, x : x + 20] = value
    return ids


def noise(mean, deviation, *shape):
    pixels = RNG.normal(mean, deviation, (*SIZE, *shape))
    return np.clip(pixels, 0, 255).astype(np.uint8)


COLOURS = np.array([[0, 0, 0], [200, 9, 9], [9, 200, 9], [9, 9, 200]], np.uint8)
MAKE = {
    "photo": lambda: noise(110, 15, 3),
    "flat": lambda: np.full((*SIZE, 3), 99, np.uint8),
    "ids": lambda: patches(4),
    "many_ids": lambda: patches(30),
    "binary": lambda: patches(2) * 255,
    "colours": lambda: COLOURS[patches(4)],
    "instances": lambda: patches(6).astype(np.uint16) * 1000,
    "soft": lambda: np.asarray(
        Image.fromarray(patches(2) * 255).resize((192, 144), Image.Resampling.BILINEAR)
    ),
    "xray": lambda: noise(90, 30),
    "thermal": lambda: noise(120, 6),
    "night": lambda: noise(8, 3),
}


def cells():
    """Smooth blobs of up to 40 grey levels on black."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.max(
        [40 * np.exp(-((y - 12) ** 2 + (x - at) ** 2) / 60) for at in (10, 45)], axis=0
    ).astype(np.uint8)


MAKE["cells"] = cells
LABELS = ("ids", "many_ids", "binary", "colours", "instances", "soft")
PHOTOGRAPHS = ("photo", "xray", "thermal", "night", "cells")


@pytest.fixture
def draw(tmp_path):
    def draw_files(files, num=4):
        for pattern, kind in files.items():
            for i in range(num):
                path = tmp_path / pattern.format(i)
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(MAKE[kind]()).save(path)
        return tmp_path

    return draw_files


@pytest.mark.parametrize("kind", [*LABELS, *PHOTOGRAPHS])
def test_look_at__label_maps_and_photographs(draw, kind):
    look = look_at(draw({"{}.png": kind}, num=1) / "0.png")
    assert look.is_label == (kind in LABELS)
    assert look.is_gray == (kind not in ("photo", "colours"))


@pytest.mark.parametrize(("kind", "is_label"), [("binary", True), ("night", False)])
def test_look_at__jpegs(draw, kind, is_label):
    assert look_at(draw({"{}.jpg": kind}, num=1) / "0.jpg").is_label == is_label


@pytest.mark.parametrize(
    ("files", "remedy"),
    [
        ({"{}.jpg": "photo", "{}_mask.png": "ids"}, "image_suffix='.jpg'"),
        ({"{}.png": "photo", "{}_mask.png": "soft"}, "skip_suffix='_mask.png'"),
        ({"{}.jpg": "photo", "{}_mask.jpg": "binary"}, "skip_suffix='_mask.jpg'"),
        ({"0001TP_{}.png": "photo", "0001TP_{}_L.png": "colours"}, "_L.png'"),
        (
            {"Image_0{}L.jpg": "photo", "Image_0{}L_1stHO.png": "binary",
             "Image_0{}L_2ndHO.png": "binary"},
            "image_suffix='.jpg'",
        ),
        (
            {"a_00000{}_leftImg8bit.png": "photo",
             "a_00000{}_gtFine_color.png": "colours",
             "a_00000{}_gtFine_labelIds.png": "ids",
             "a_00000{}_gtFine_instanceIds.png": "instances"},
            "image_suffix='_leftImg8bit.png'",
        ),
        ({"{}.jpg": "photo", "x{}.png": "binary"}, "image_suffix='.jpg'"),
        ({"images/{}.png": "photo", "masks/{}.png": "ids"}, "image_dir='images'"),
        ({"rgb/{}.png": "photo", "labels/{}.png": "colours"}, "image_dir='rgb'"),
        ({"s{}/rgb/1.png": "photo", "s{}/gt/1.png": "ids"}, "folder of their own"),
        ({"img_{}.png": "photo", "mask_{}.png": "ids"}, "folder of their own"),
        ({"{}.png": "flat", "{}_mask.png": "binary"}, "skip_suffix='_mask.png'"),
        (
            {"leftImg8bit/a_00000{}_leftImg8bit.png": "photo",
             "gtFine/a_00000{}_gtFine_color.png": "colours",
             "gtFine/a_00000{}_gtFine_labelIds.png": "ids"},
            "image_dir='leftImg8bit'",
        ),
    ],
)  # fmt: skip
def test_check_dataset__refuses_label_maps_among_images(draw, files, remedy):
    root = draw(files)
    with pytest.raises(ValueError, match=r"look like label maps") as info:
        check_dataset(UnlabelledFolder(str(root)))
    assert remedy in str(info.value)


@pytest.mark.parametrize(
    "files",
    [
        {"{}.jpg": "photo", "{}_thermal.png": "thermal"},
        {"{}.jpg": "photo", "{}_ir.png": "night"},
        {"{}_left.png": "photo", "{}_right.png": "photo"},
        {"day/{}.png": "photo", "night/{}.png": "night"},
        {"a/{}.png": "photo", "b/{}.png": "xray"},
        {"{}_phase.png": "xray", "{}_dapi.png": "cells"},
        {"{}.png": "flat"},
    ],
)
def test_check_dataset__photographs_of_every_kind_pass(draw, files):
    (report,) = check_dataset(UnlabelledFolder(str(draw(files))))
    assert report.notices == ()


def test_look_at__tiffs_that_pillow_does_not_know(tmp_path, capfd):
    path = tmp_path / "x.tif"
    how = dict(photometric="minisblack", planarconfig="contig")
    tifffile.imwrite(path, noise(110, 15, 13), **how)
    assert look_at(path) == Look(is_label=False, is_gray=False)
    tifffile.imwrite(path, (noise(110, 15) / 255).astype(np.float32))
    assert look_at(path) == Look(is_label=False, is_gray=True)
    tifffile.imwrite(path, patches(4).astype(np.uint32), bigtiff=True)
    assert look_at(path) == Look(is_label=True, is_gray=True)
    assert capfd.readouterr() == ("", "")


def test_check_dataset__the_remedy_works(draw):
    root = str(draw({"{}.png": "photo", "{}_mask.png": "ids"}))
    (report,) = check_dataset(UnlabelledFolder(root, skip_suffix="_mask.png"))
    assert (report.num_images, report.notices) == (4, ())
    root = str(draw({"below/images/{}.png": "photo", "below/masks/{}.png": "ids"}))
    with pytest.raises(ValueError, match="image_dir='below/images'"):
        check_dataset(UnlabelledFolder(root, image_dir="below"))


def test_check_dataset__warns_where_all_images_are_label_maps(draw):
    root = draw({"{}.png": "ids"})
    assert find_strangers(sorted(root.iterdir()), root) is None
    (notice,) = check_dataset(UnlabelledFolder(str(root)))[0].notices
    assert "4 of 4 images looked at" in notice


def test_find_strangers__one_odd_file_is_none(draw):
    root = draw({"a{}.jpg": "photo", "b{}.jpg": "photo", "c{}.jpg": "photo"})
    Image.fromarray(patches(2)).save(root / "legend.png")
    assert find_strangers(sorted(root.iterdir()), root) is None
    assert odd_ones(sorted(root.glob("*.jpg"))) == ""


@pytest.mark.parametrize("mask", ["{}_mask.jpg", "mask{}.png"])
def test_find_strangers__a_few_among_many(draw, mask):
    root = draw({"a{}.jpg": "photo", "b{}.jpg": "photo", "{}.jpg": "photo"}, num=30)
    draw({mask: "binary"}, num=3)
    found = find_strangers(sorted(root.iterdir()), root)
    assert sorted(found.files) == [mask.format(i) for i in range(3)]
    assert found.skip == ("_mask.jpg",) or found.suffixes == (".jpg",)


@pytest.mark.parametrize("num", [1, 30])
def test_find_strangers__one_by_its_name(draw, num):
    root = draw({"a{}.png": "photo"}, num=num)
    Image.fromarray(patches(2)).save(root / "a0_mask.png")
    found = find_strangers(sorted(root.iterdir()), root)
    assert (found.files, found.skip) == (["a0_mask.png"], ("_mask.png",))
    Image.fromarray(noise(110, 15)).save(root / "a0_mask.png")  # but a photograph
    assert find_strangers(sorted(root.iterdir()), root) is None


def test_tools__refuse_label_maps_among_images_too(draw):
    root = draw({"{}.jpg": "photo", "{}_mask.png": "ids"})
    with pytest.raises(ValueError, match=r"label maps.* Take --image-suffix '\.jpg'"):
        ImageFiles.from_folder(root, [])
    assert len(ImageFiles.from_folder(root, [], suffix=".JPG")) == 4
    with pytest.raises(ValueError, match=r"label maps.* Name images, .* '\.jpg'"):
        find_images([root])
    assert len(find_images(sorted(root.glob("*.jpg")))) == 4
