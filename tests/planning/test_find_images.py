"""How folders of images are read, and which images two of them share."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.find_images import find_images
from mmseg_uda.planning.near_duplicates import near_duplicates


def photograph(seed, size=(64, 48)):
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (12, 16, 3), np.uint8))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def length(found):
    return len(DATASETS.build({**found.dataset, "pipeline": []}))


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["1.png", "b/2.jpg"], {}),
        (["1.ppm", "2.ppm"], {"image_suffix": ".ppm"}),
        (["1.gif", "2.png"], {"image_suffix": (".gif", ".png")}),
    ],
)
def test_find_images(tmp_path, names, options):
    for seed, name in enumerate(names):
        save(tmp_path / name, photograph(seed))
    found = find_images(tmp_path)
    expected = {"type": "UnlabelledFolder", "data_root": str(tmp_path)}
    assert found.dataset == expected | options
    assert found.sizes == [(64, 48)] * 2
    assert sum(found.kinds.values()) == 2


def test_find_images__masks_among_them_are_left_out(tmp_path):
    for index in range(6):
        save(tmp_path / f"{index}.jpg", photograph(index))
        mask = np.zeros((48, 64), np.uint8)
        mask[10:30, 20:40] = 255
        save(tmp_path / f"{index}_mask.png", Image.fromarray(mask))
    found = find_images(tmp_path)
    assert length(found) == 6
    assert "look like label maps" in found.said[0]


def test_find_images__16_bits(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("1.png", "2.png"):
        pixels = rng.integers(100, 4000, (48, 64)).astype(np.uint16)
        save(tmp_path / name, Image.fromarray(pixels))
    low, high = find_images(tmp_path).dataset["value_range"]
    assert 100 <= low < 120
    assert 3980 < high < 4000


def test_find_images__no_image(tmp_path):
    (tmp_path / "readme.txt").write_text("")
    with pytest.raises(FileNotFoundError, match=r"no image .*1 \*\.txt"):
        find_images(tmp_path)
    with pytest.raises(FileNotFoundError, match="no folder"):
        find_images(tmp_path / "images")


def test_near_duplicates(tmp_path):
    for seed in range(4):
        save(tmp_path / f"a/{seed}.png", photograph(seed, (640, 480)))
        save(tmp_path / f"b/{seed}.png", photograph(10 + seed, (640, 480)))
    saved_again = photograph(2, (640, 480)).resize((320, 240))
    saved_again.save(tmp_path / "b/again.jpg", quality=60)
    for name in ("a/flat.png", "b/flat.png"):
        save(tmp_path / name, Image.new("RGB", (64, 48), "gray"))
    first, second = (sorted(map(str, (tmp_path / folder).iterdir())) for folder in "ab")
    pairs = near_duplicates(first, second)
    assert pairs == [(str(tmp_path / "a/2.png"), str(tmp_path / "b/again.jpg"))]
