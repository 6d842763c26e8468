"""Several masks an image."""

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets import MaskFolder
from mmseg_uda.datasets.checks import decoded_before

SIZE = (20, 30)
CLASSES = ("background", "crack", "spall")
BY_CLASS = {"spall": "masks/spall/{name}.png", "crack": "masks/crack/{name}.png"}


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def box(top, bottom, left, right, value=255):
    mask = np.zeros(SIZE, np.uint8)
    mask[top:bottom, left:right] = value
    return mask


CRACK, SPALL = box(2, 9, 3, 20), box(5, 15, 10, 25, value=1)
EXPECTED = np.where(SPALL > 0, 2, np.where(CRACK > 0, 1, 0))


@pytest.fixture
def by_class(tmp_path):
    for name in ("a", "sub/b"):
        save(tmp_path / f"images/{name}.jpg", np.zeros((*SIZE, 3), np.uint8))
        save(tmp_path / f"masks/crack/{name}.png", CRACK)
        save(tmp_path / f"masks/spall/{name}.png", SPALL)
    return tmp_path


def built(root, masks, classes=CLASSES, **options):
    return MaskFolder(
        str(root),
        masks=masks,
        metainfo=dict(classes=classes),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
        **options,
    )


def test_classes__lie_above_each_other_in_their_order(by_class):
    for masks in (BY_CLASS, dict(reversed(BY_CLASS.items()))):
        data = built(by_class, masks)
        assert len(data) == 2
        for sample in data:
            assert np.array_equal(sample["gt_seg_map"], EXPECTED)


def test_ignore__lies_below_all(by_class):
    masks = {"crack": BY_CLASS["crack"], "ignore": [BY_CLASS["spall"]]}
    expected = np.where(CRACK > 0, 1, np.where(SPALL > 0, 255, 0))
    assert np.array_equal(built(by_class, masks)[0]["gt_seg_map"], expected)


def test_background__by_its_name_or_ignored(by_class):
    found = built(by_class, BY_CLASS, ("crack", "spall"))[0]["gt_seg_map"]
    assert np.array_equal(found, np.where(EXPECTED == 0, 255, EXPECTED - 1))
    classes = ("crack", "spall", "wall")
    found = built(by_class, BY_CLASS, classes, background="wall")[0]["gt_seg_map"]
    assert np.array_equal(found, np.where(EXPECTED == 0, 2, EXPECTED - 1))


def test_objects__in_a_folder_an_image(tmp_path):
    for name in ("x1", "x[2]"):
        save(tmp_path / name / f"images/{name}.png", np.zeros(SIZE, np.uint8))
        save(tmp_path / name / "masks/one.png", box(0, 4, 0, 4))
        save(tmp_path / name / "masks/two.png", box(8, 12, 8, 12))
        (tmp_path / name / "masks/notes.txt").write_text("no mask")
    masks = {"cell": "{stem}/masks/*"}
    data = built(tmp_path, masks, ("background", "cell"), image_dir="")
    assert len(data) == 2
    expected = (box(0, 4, 0, 4) + box(8, 12, 8, 12)) // 255
    for sample in data:
        assert np.array_equal(sample["gt_seg_map"], expected)


def test_numbered_masks__beside_the_image(tmp_path):
    for name in ("1", "10"):
        save(tmp_path / f"{name}.png", np.zeros(SIZE, np.uint8))
        for number in range(3):
            mask = box(4 * number, 4 * number + 2, 0, 30)
            save(tmp_path / f"{name}_mask_{number}.png", mask)
    masks = {"cell": "{folder}/{stem}_mask_*.png"}
    data = built(tmp_path, masks, ("background", "cell"), image_dir="")
    assert [s["label_name"] for s in (data.get_data_info(i) for i in range(2))] == [
        "1.png",
        "10.png",
    ]
    assert data[0]["gt_seg_map"].mean() == pytest.approx(6 / 20)


def test_unlabelled__is_asked_for(by_class):
    save(by_class / "images/c.jpg", np.zeros((*SIZE, 3), np.uint8))
    with pytest.raises(ValueError, match=r"no shape for 1 image\(s\): c.jpg"):
        built(by_class, BY_CLASS)
    data = built(by_class, BY_CLASS, unlabelled="background")
    assert not data[1]["gt_seg_map"].any()
    assert len(built(by_class, BY_CLASS, unlabelled="leave out")) == 2


def test_jpeg__is_split_at_half(tmp_path):
    save(tmp_path / "images/a.png", np.zeros(SIZE, np.uint8))
    save(tmp_path / "masks/a_spall.jpg", np.full(SIZE, 3, np.uint8))
    save(tmp_path / "masks/a_crack.jpg", CRACK)
    masks = {"crack": "masks/{name}_crack.*", "spall": "masks/{name}_spall.*"}
    found = built(tmp_path, masks)[0]["gt_seg_map"]
    assert np.mean(found != (CRACK > 0)) < 0.05
    assert 2 not in found


@pytest.mark.parametrize(
    ("masks", "said"),
    [
        ({}, "masks says where"),
        ("masks/{name}.png", "masks says where"),
        ({"crack": "masks/*.png"}, "the same for all images"),
        ({"crack": "../{name}.png"}, "leads out of data_root"),
        ({"crack": "/tmp/{name}.png"}, "leads out of data_root"),
        ({"dog": "masks/{name}.png"}, "'dog', which is none of the data set's"),
        ({"crack": "labels/{name}.png"}, "no image has a mask .*the first of 2 images"),
    ],
)
def test_refused(by_class, masks, said):
    with pytest.raises(ValueError, match=said):
        built(by_class, masks)


def test_refused__another_size(by_class):
    save(by_class / "masks/spall/a.png", np.zeros((7, 9), np.uint8))
    with pytest.raises(ValueError, match=r"spall.a.png is 9x7, .* is 30x20"):
        built(by_class, BY_CLASS)[0]


def test_refused__no_images(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no image"):
        built(tmp_path, BY_CLASS)


def test_memory__sees_that_any_mask_has_changed(by_class, tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", -1e12)
    data, decoded = built(by_class, BY_CLASS), []

    def num_decoded():
        memory = decoded_before.DecodedBefore(tmp_path / "memory")
        memory.recall(data.get_data_info(0), lambda _: decoded.append(1) or {0: 1})
        memory.save()
        return len(decoded)

    assert num_decoded() == 1
    assert num_decoded() == 1
    save(by_class / "masks/spall/a.png", SPALL[::-1].copy())
    assert num_decoded() == 2
