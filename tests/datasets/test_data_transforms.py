# ruff: noqa: NPY002 - the transforms draw from the global generators
import cv2
import numpy as np
import pytest
from mmseg.registry import TRANSFORMS
from PIL import Image

from mmseg_uda.datasets import DiverseCrop, LoadLabels
from mmseg_uda.datasets import label_maps as lm


def load(path, lut, shape=(32, 48)):
    results = dict(img_path="i.png", seg_map_path=str(path), label_lut=lut)
    return LoadLabels()({**results, "ori_shape": shape, "seg_fields": []})


@pytest.mark.parametrize(
    ("kind", "high", "lut"),
    [
        ("palette", 35, lm.gta5_lut()),
        ("synthia", 23, lm.synthia_lut()),
        ("grey", 34, lm.cityscapes_lut()),
    ],
)
def test_load_labels__round_trip(write, tmp_path, kind, high, lut):
    ids = write.raw_ids(high)
    getattr(write, kind)(tmp_path / "l.png", ids)
    results = load(tmp_path / "l.png", lut)
    assert results["gt_seg_map"].dtype == np.uint8
    np.testing.assert_array_equal(results["gt_seg_map"], lut[ids])
    assert len(np.unique(results["gt_seg_map"])) > 10
    assert results["seg_fields"] == ["gt_seg_map"]


def test_load_labels__synthia_is_what_pillow_gets_wrong(write, tmp_path):
    write.synthia(tmp_path / "l.png", write.raw_ids(23))
    assert np.asarray(Image.open(tmp_path / "l.png"))[..., 0].max() == 0


def test_load_labels__other_codings(write, tmp_path):
    ids = write.raw_ids(2)
    Image.fromarray(ids.astype(bool)).save(tmp_path / "bits.png")
    Image.fromarray(np.repeat(ids[..., None], 3, 2).astype(np.uint8)).save(
        tmp_path / "rgb.png"
    )
    cv2.imwrite(str(tmp_path / "grey16.png"), (ids * 1000).astype(np.uint16))
    lut = lm.custom_lut({0: 0, 1: 1, 1000: 1}, 2)
    for name in ("bits", "rgb", "grey16"):
        got = load(tmp_path / f"{name}.png", lut)["gt_seg_map"]
        np.testing.assert_array_equal(got, ids)


@pytest.mark.parametrize(
    ("kind", "value"), [("palette", 35), ("grey", 200), ("synthia", 23)]
)
def test_load_labels__value_outside(write, tmp_path, kind, value):
    luts = dict(
        palette=lm.gta5_lut(), grey=lm.cityscapes_lut(), synthia=lm.synthia_lut()
    )
    ids = np.zeros((32, 48), dtype=int)
    ids[3, 4] = value
    getattr(write, kind)(tmp_path / "bad.png", ids)
    with pytest.raises(ValueError, match=rf"value\(s\) {value} in .*bad\.png .*known"):
        load(tmp_path / "bad.png", luts[kind])


def test_load_labels__large_16_bit_value_does_not_wrap(write, tmp_path):
    write.synthia(tmp_path / "bad.png", np.full((32, 48), 256 + 3))
    with pytest.raises(ValueError, match=r"value\(s\) 259 in"):
        load(tmp_path / "bad.png", lm.synthia_lut())


def test_load_labels__size_mismatch_names_both(write, tmp_path):
    write.palette(tmp_path / "l.png", write.raw_ids(35))
    with pytest.raises(ValueError, match=r"l\.png is 48x32, i\.png is 50x32"):
        load(tmp_path / "l.png", lm.gta5_lut(), shape=(32, 50))


@pytest.mark.parametrize("kind", ["palette", "synthia", "grey"])
@pytest.mark.parametrize("keep", [0, 0.5, 0.98])
def test_load_labels__truncated(write, tmp_path, kind, keep):
    path = tmp_path / "cut.png"
    getattr(write, kind)(path, write.raw_ids(20))
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(ValueError, match=r"cannot read the label .*cut\.png"):
        load(path, lm.gta5_lut())


def test_load_labels__colours_are_no_ids(write, tmp_path):
    write.image(tmp_path / "colour.png")
    with pytest.raises(ValueError, match=r"colour\.png holds colours, not class ids"):
        load(tmp_path / "colour.png", lm.gta5_lut())


def test_load_labels__foreign_data_set(tmp_path):
    with pytest.raises(ValueError, match="without a look-up table"):
        LoadLabels()(dict(seg_map_path="x.png", img_path="y.png"))


def test_load_labels__passes_through_without_label():
    results = dict(img=np.zeros((4, 4, 3)), img_path="x.png")
    assert LoadLabels()(dict(results)).keys() == results.keys()


def results_of(labels):
    image = np.dstack([labels] * 3).astype(np.uint8)
    return dict(
        img=image, img_path="x.png", gt_seg_map=labels, seg_fields=["gt_seg_map"]
    )


def test_diverse_crop__keeps_drawing_until_diverse():
    labels = np.zeros((20, 200), dtype=np.uint8)
    labels[:, :20] = np.arange(20)[None]  # the only place with many labels
    got = {True: 0, False: 0}
    for seed in range(200):
        np.random.seed(seed)
        out = DiverseCrop((20, 30), min_labels=11)(results_of(labels))
        assert out["gt_seg_map"].shape == (20, 30) == out["img_shape"]
        np.testing.assert_array_equal(out["img"][..., 0], out["gt_seg_map"])
        got[len(np.unique(out["gt_seg_map"])) >= 11] += 1
    # One draw succeeds with p = 10/171 (left edge in 0..9), ten with 1-(1-p)^10 = 0.45.
    assert 0.33 < got[True] / 200 < 0.58


def test_diverse_crop__counts_ignored_as_a_value_and_255_only_once(monkeypatch):
    labels = np.full((8, 8), 255, dtype=np.uint8)
    labels[:, :4] = 1
    crop, draws = DiverseCrop((8, 8), min_labels=2), []
    draw = crop._draw
    monkeypatch.setattr(crop, "_draw", lambda r: draws.append(1) or draw(r))
    crop(results_of(labels))
    assert len(draws) == 1
    crop.min_labels = 3
    crop(results_of(labels))
    assert len(draws) == 1 + 10


def test_diverse_crop__without_labels():
    out = DiverseCrop((4, 6))(dict(img=np.zeros((9, 9, 3), np.uint8)))
    assert out["img"].shape == (4, 6, 3)


def test_diverse_crop__too_small_image():
    with pytest.raises(ValueError, match=r"x\.png is 8x8 .*smaller than the crop 9x8"):
        DiverseCrop((8, 9))(results_of(np.zeros((8, 8), np.uint8)))


def test_diverse_crop__wrong_arguments():
    with pytest.raises(ValueError, match=">= 1, got 0, 10"):
        DiverseCrop((8, 9), min_labels=0)


def test_resize__antialiases_and_keeps_label_values():
    # White noise of std 74 halved: cubic interpolation without antialiasing leaves
    # about 53, with it about 30.
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (256, 512, 3), dtype=np.uint8)
    labels = rng.choice([0, 18, 255], (256, 512)).astype(np.uint8)
    resize = TRANSFORMS.build(
        dict(
            type="mmseg.Resize",
            scale=(256, 128),
            backend="pillow",
            interpolation="bicubic",
        )
    )
    out = resize(dict(img=image, gt_seg_map=labels, seg_fields=["gt_seg_map"]))
    plain = cv2.resize(image, (256, 128), interpolation=cv2.INTER_CUBIC)
    assert out["img"].std() < 0.8 * plain.std()
    assert set(np.unique(out["gt_seg_map"])) == {0, 18, 255}
