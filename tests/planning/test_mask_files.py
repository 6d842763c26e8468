"""How several masks an image are found."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels

SIZE = (20, 30)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def box(left, right):
    mask = np.zeros(SIZE, np.uint8)
    mask[:, left:right] = 255
    return mask


@pytest.fixture
def by_class(tmp_path):
    for index in range(4):
        save(tmp_path / f"images/{index}.jpg", np.full((*SIZE, 3), 9, np.uint8))
        save(tmp_path / f"masks/crack/{index}.png", box(0, 10))
        if index:
            save(tmp_path / f"masks/spall/{index}.png", box(5, 15))
    return tmp_path


@pytest.fixture
def by_image(tmp_path):
    """As the 2018 Data Science Bowl has it."""
    rng = np.random.default_rng(0)
    for _ in range(4):
        name = bytes(rng.integers(0, 256, 16, np.uint8)).hex()
        save(tmp_path / f"{name}/images/{name}.png", np.full(SIZE, 9, np.uint8))
        for left in (2, 12, 22):
            number = bytes(rng.integers(0, 256, 16, np.uint8)).hex()
            save(tmp_path / f"{name}/masks/{number}.png", box(left, left + 5))
    return tmp_path


def found_in(root, *classes, images="images", labels="masks"):
    given = parse_classes(classes) if classes else None
    return find_labels(root / images, root / labels, given)


def labels_of(found):
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    return [one["gt_seg_map"][0] for one in DATASETS.build(config)]


def test_classes__have_a_folder_each(by_class):
    found = found_in(by_class)
    assert found.classes == ("background", "crack", "spall")
    first, second, *_ = labels_of(found)
    assert first.tolist() == [1] * 10 + [0] * 20
    assert second.tolist() == [1] * 5 + [2] * 10 + [0] * 15
    assert any("later ones above others: crack, spall" in said for said in found.said)


def test_classes__in_another_order_and_some_alone(by_class):
    second = labels_of(found_in(by_class, "background", "spall", "crack"))[1]
    assert second.tolist() == [2] * 10 + [1] * 5 + [0] * 15
    found = found_in(by_class, "background", "spall")
    first, second, *_ = labels_of(found)
    assert first.tolist() == [255] * 10 + [0] * 20
    assert second.tolist() == [255] * 5 + [1] * 10 + [0] * 15
    assert any("what crack covers is no class" in said for said in found.said)


def test_classes__images_without_a_mask(by_class):
    save(by_class / "images/4.jpg", np.full((*SIZE, 3), 9, np.uint8))
    found = found_in(by_class)
    assert any("1 image without a mask count as" in said for said in found.said)
    assert not labels_of(found)[4].any()
    assert len(labels_of(found_in(by_class, "crack", "spall"))) == 4


def test_classes__that_are_no_folder(by_class):
    with pytest.raises(ValueError, match=r"crack, spall: --classes names dog, which"):
        found_in(by_class, "background", "dog")
    with pytest.raises(ValueError, match="--classes gives names alone"):
        found_in(by_class, "crack=0", "spall=255")


def test_objects__in_the_folder_of_their_image(by_image):
    found = found_in(by_image, "ground", "cell", images="", labels="")
    assert found.classes == ("ground", "cell")
    expected = (box(2, 7) + box(12, 17) + box(22, 27))[0] // 255
    masks = labels_of(found)
    assert len(masks) == 4
    assert all(np.array_equal(mask, expected) for mask in masks)
    assert found_in(by_image, images="", labels="").classes[1] == "foreground"
    with pytest.raises(ValueError, match="--classes names two classes"):
        found_in(by_image, "a", "b", "c", images="", labels="")


def test_objects__images_without_one(by_image):
    save(by_image / "none/images/none.png", np.full(SIZE, 9, np.uint8))
    found = found_in(by_image, images="", labels="")
    assert any("1 image without a mask" in said for said in found.said)
    assert len(labels_of(found)) == 5


def test_ends__of_further_labels_are_told(tmp_path):
    for index in range(4):
        save(tmp_path / f"images/{index}.jpg", np.full((*SIZE, 3), 9, np.uint8))
        for name in ("crack", "spall"):
            save(tmp_path / f"masks/{index}_{name}.png", box(0, 10))
    (told,) = [said for said in found_in(tmp_path).said if "MaskFolder" in said]
    assert "end in _crack.png. 4 more begin like images, such as 0_spall.png" in told


def test_names_that_are_alike_by_chance__are_no_pairs(tmp_path):
    rng = np.random.default_rng(0)
    for index in range(40):
        name = bytes(rng.integers(0, 256, 4, np.uint8)).hex()
        save(tmp_path / f"{name}{'ab'[index % 2]}.png", box(0, index % 20))
    with pytest.raises(ValueError, match="do not tell which is which"):
        found_in(tmp_path, images="", labels="")
