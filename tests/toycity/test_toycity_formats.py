"""ToyCity's files have the formats of the real data sets, and honest contents."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg_uda.toycity import make_toycity
from mmseg_uda.toycity.formats import read_train_ids
from mmseg_uda.toycity.labels import CLASSES
from mmseg_uda.toycity.manifest import read_domains
from mmseg_uda.toycity.sheet import draw_sheet

NUMBER = 40
COUNTS = {
    "gta5": {"train": NUMBER},
    "synthia": {"train": 12},
    "cityscapes": {"train": NUMBER, "val": 1},
}
SIZES = {"gta5": (120, 66), "synthia": (120, 71), "cityscapes": (128, 64)}
# labelIds of the 19 classes, from the Cityscapes label table
EVALUATED = {7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33}


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("toy")
    return make_toycity(out, counts=COUNTS, sizes=SIZES, workers=1, progress=False)


def values(city: Path, pattern: str, channel: int | None = None) -> set[int]:
    found = set()
    for path in city.glob(pattern):
        if channel is None:
            with Image.open(path) as picture:
                pixels = np.asarray(picture)
        else:
            pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., channel]
        found |= set(np.unique(pixels).tolist())
    return found


@pytest.mark.parametrize(
    ("pattern", "domain"),
    [
        ("gta5/images/*.png", "gta5"),
        ("synthia/RGB/*.png", "synthia"),
        ("cityscapes/leftImg8bit/*/*/*.png", "cityscapes"),
    ],
)
def test_images__are_rgb_of_their_size(city, pattern, domain):
    paths = list(city.glob(pattern))
    assert len(paths) == sum(COUNTS[domain].values())
    for path in paths[:3]:
        with Image.open(path) as picture:
            assert (picture.mode, picture.size) == ("RGB", SIZES[domain])


def test_images__are_not_written_with_red_and_blue_swapped(city):
    # A game's sky is blue: where the label says sky, blue outweighs red.
    blue = red = 0.0
    for path in (city / "gta5/images").iterdir():
        image = np.asarray(Image.open(path).convert("RGB"), float)
        sky = np.asarray(Image.open(city / "gta5/labels" / path.name)) == 23
        red, blue = red + image[sky, 0].sum(), blue + image[sky, 2].sum()
    assert blue > 1.2 * red


def test_gta5_labels__palette_index_is_the_label_id(city):
    with Image.open(city / "gta5/labels/00001.png") as picture:
        assert picture.mode == "P"
        assert picture.size == SIZES["gta5"]
        colours = np.array(picture.getpalette()).reshape(-1, 3)
    assert colours[7].tolist() == [128, 64, 128]  # road
    found = values(city, "gta5/labels/*.png")
    assert found <= EVALUATED | {0, 4, 34}
    assert {0, 4, 34} <= found  # void: back of a sign, bin, number plate


def test_cityscapes_labels__are_8_bit_label_ids(city):
    path = next(city.glob("cityscapes/gtFine/val/*/*_gtFine_labelIds.png"))
    with Image.open(path) as picture:
        assert picture.mode == "L"
    found = values(city, "cityscapes/gtFine/*/*/*.png")
    assert found <= EVALUATED | {0, 1, 4}  # plates belong to their cars
    assert {1, 4} <= found  # ego vehicle, bin


def test_synthia_labels__are_16_bit_with_the_class_in_red(city):
    path = city / "synthia/GT/LABELS/0000000.png"
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels.dtype == np.uint16
    assert pixels.shape == (*SIZES["synthia"][::-1], 3)
    red = values(city, "synthia/GT/LABELS/*.png", channel=2)  # OpenCV reads BGR
    assert {1, 2, 3, 4, 6, 7, 8, 10, 22} <= red <= set(range(23))
    assert not {16, 18, 20} & red  # terrain, truck, train do not occur
    assert values(city, "synthia/GT/LABELS/*.png", channel=0) == {0}
    for path in city.glob("synthia/GT/LABELS/*.png"):
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert (pixels[..., 1][pixels[..., 2] == 8] > 0).all()  # cars are instances
        assert (pixels[..., 1][pixels[..., 2] == 3] == 0).all()  # the road is none


@pytest.mark.parametrize("domain", ["gta5", "cityscapes"])
def test_classes__all_occur_and_the_rare_ones_are_rare(city, domain):
    share = read_domains(city / "toycity.json")[domain]["class_percent"]["train"]
    assert list(share) == list(CLASSES)
    assert min(share.values()) > 0
    assert sum(share.values()) == pytest.approx(100, abs=0.02)
    common = ("road", "building", "vegetation", "car")
    rare = ("traffic light", "traffic sign", "rider", "motorcycle", "bicycle", "train")
    assert min(share[name] for name in common) > max(share[name] for name in rare)
    assert share["road"] == max(share[name] for name in CLASSES if name != "building")
    for name in ("pole", "traffic light", "traffic sign", "rider", "motorcycle"):
        assert share[name] < 3


def test_class_percent__equals_a_count_over_the_files(city):
    counts = np.zeros(256)
    for path in city.glob("cityscapes/gtFine/train/*/*.png"):
        train_ids = read_train_ids(path, "cityscapes")
        counts += np.bincount(train_ids.ravel(), minlength=256)
    share = read_domains(city / "toycity.json")["cityscapes"]["class_percent"]["train"]
    want = 100 * counts[:19] / counts[:19].sum()
    np.testing.assert_allclose(list(share.values()), want, atol=1e-3)


def test_looks__the_game_is_more_colourful_than_the_camera(city):
    def saturation(pattern: str) -> float:
        images = (cv2.imread(str(path)) for path in city.glob(pattern))
        return np.mean([cv2.cvtColor(i, cv2.COLOR_BGR2HSV)[..., 1] for i in images])

    assert saturation("gta5/images/*") > 1.5 * saturation("cityscapes/left*/train/*/*")


def test_draw_sheet__writes_a_picture(tmp_path):
    path = draw_sheet(tmp_path / "new" / "sheet.png", columns=1)
    with Image.open(path) as picture:
        assert picture.width > 240
        assert picture.height > 2 * (132 + 142 + 128)
