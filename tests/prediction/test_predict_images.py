"""Files of predictions, against the toy model computed by hand."""

import csv
import json
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
import torch.multiprocessing as mp
from PIL import Image
from pseudo_label_toys import PIPELINE, ToyModel, folder_hashes, write_images

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.predict_images import Wanted, overlay, predict_images
from mmseg_uda.prediction.prediction_writer import _encoded

CLASSES = ["road", "sky, blue", "car", "bus"]
PALETTE = [[10, 20, 30], [250, 0, 0], [0, 250, 0], [0, 0, 250]]


@pytest.fixture
def images(tmp_path):
    return ImageFiles.from_folder(write_images(tmp_path / "images"), PIPELINE)


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"state_dict": {}}, path)
    return path


def predict(images, out, checkpoint, model=None, wanted=None, **options):
    wanted = wanted or Wanted(CLASSES, PALETTE, confidence=True, opacity=0.5)
    model = model or ToyModel()
    return predict_images(model, images, out, wanted, [checkpoint], {}, **options)


def by_hand(path):
    """Softmax of the toy model in float64, and the image, RGB."""
    image = np.array(Image.open(path))
    mix = ToyModel().mix.double().numpy()
    logits = np.einsum("kc,hwc->khw", mix, image[..., ::-1].astype(np.float64))
    e = np.exp(logits - logits.max(0))
    return e / e.sum(0), image


def test_predict__masks_confidence_overlays_and_shares(tmp_path, images, checkpoint):
    out = tmp_path / "out"
    report = predict(images, out, checkpoint, config_name="c.py")
    with (out / "class_shares.csv").open(newline="") as file:
        rows = {row["image"]: row for row in csv.DictReader(file)}
    assert list(rows) == sorted(images.names)
    pixels = np.zeros(4, int)
    certain = 0.0
    for path, name in zip(images.paths, images.names, strict=True):
        probs, image = by_hand(path)
        labels = Image.open(out / "labels" / name)
        assert labels.mode == "L"
        assert np.array_equal(labels, probs.argmax(0))
        confidence = np.array(Image.open(out / "confidence" / name), float)
        assert np.abs(confidence - 255 * probs.max(0)).max() <= 0.51
        painted = np.array(Image.open((out / "overlays" / name).with_suffix(".jpg")))
        colors = np.array(PALETTE)[probs.argmax(0)]
        # the pictures are noise, of which JPEG keeps the colours' means
        off = painted.mean((0, 1)) - (image + colors).mean((0, 1)) / 2
        assert np.abs(off).max() < 4
        assert painted.shape == image.shape
        counts = np.bincount(probs.argmax(0).ravel(), minlength=4)
        row = rows[name]
        assert (int(row["height"]), int(row["width"])) == image.shape[:2]
        shares = [float(row[k]) for k in CLASSES]
        assert np.allclose(shares, counts / counts.sum(), atol=1e-6)
        mean = probs.max(0).mean()
        assert abs(float(row["mean_confidence"]) - mean) <= 1e-4
        pixels, certain = pixels + counts, certain + mean * counts.sum()
    assert report == json.loads((out / "prediction.json").read_text())
    shares = [report["per_class"][k]["share"] for k in CLASSES]
    assert np.allclose(shares, pixels / pixels.sum(), atol=1e-12)
    assert report["mean_confidence"] == pytest.approx(certain / pixels.sum(), abs=1e-6)
    assert report["classes"] == CLASSES
    assert report["config"] == "c.py"
    assert (out / "legend.png").is_file()


def test_overlay__is_a_mean():
    rng = np.random.default_rng(0)
    image, colors = rng.integers(0, 256, (2, 5, 7, 3), np.uint8)
    expected = image + 0.25 * (colors.astype(float) - image)
    nowhere = np.zeros((5, 7), bool)
    assert np.abs(overlay(image, colors, 0.25, nowhere) - expected).max() <= 0.5
    assert np.array_equal(overlay(image, colors, 1.0, nowhere), colors)
    half = np.arange(5)[:, None] < np.array([2] * 7)
    covered = overlay(image, colors, 1.0, half)
    assert np.array_equal(covered[:2], image[:2])
    assert np.array_equal(covered[2:], colors[2:])


def test_predict__overlays_leave_the_background(tmp_path, images, checkpoint):
    classes = ["background", *CLASSES[1:]]
    covers = []
    with mock.patch(f"{predict_images.__module__}.overlay") as covering:
        covering.side_effect = lambda *given: covers.append(given[3]) or given[0]
        wanted = Wanted(classes, PALETTE, opacity=0.5)
        predict(images, tmp_path / "out", checkpoint, wanted=wanted)
    for path, ground in zip(images.paths, covers, strict=True):
        assert np.array_equal(ground, by_hand(path)[0].argmax(0) == 0)


def test_predict__masks_alone(tmp_path, images, checkpoint):
    predict(images, tmp_path / "out", checkpoint, wanted=Wanted(CLASSES, PALETTE))
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert folders == {"labels"}
    assert not (tmp_path / "out" / "legend.png").exists()


@pytest.mark.parametrize("fail_at", [0, 3])
def test_predict__resumed_is_the_same(tmp_path, images, checkpoint, fail_at):
    predict(images, tmp_path / "whole", checkpoint)
    with pytest.raises(KeyboardInterrupt):
        predict(images, tmp_path / "out", checkpoint, ToyModel(fail_at))
    assert not (tmp_path / "out" / "prediction.json").exists()
    rest = ToyModel()
    predict(images, tmp_path / "out", checkpoint, rest)
    assert rest.calls == len(images) - fail_at
    assert folder_hashes(tmp_path / "out") == folder_hashes(tmp_path / "whole")
    again = ToyModel(fail_at=0)  # a finished folder is only checked
    predict(images, tmp_path / "out", checkpoint, again)


def test_predict__an_image_that_has_changed_is_predicted_again(
    tmp_path, images, checkpoint
):
    predict(images, tmp_path / "out", checkpoint)
    path = images.paths[2]
    Image.fromarray(np.zeros((5, 4, 3), np.uint8)).save(path)
    again = ToyModel()
    predict(images, tmp_path / "out", checkpoint, again)
    assert again.calls == 1
    assert Image.open(tmp_path / "out" / "labels" / images.names[2]).size == (4, 5)
    predict(images, tmp_path / "whole", checkpoint)
    assert folder_hashes(tmp_path / "out") == folder_hashes(tmp_path / "whole")


def test_predict__a_folder_may_grow_and_shrink(tmp_path, images, checkpoint):
    predict(images, tmp_path / "out", checkpoint)
    new = Path(images.root) / "new.png"
    Image.fromarray(np.zeros((5, 4, 3), np.uint8)).save(new)
    Path(images.paths[0]).unlink()
    images = ImageFiles.from_folder(images.root, PIPELINE)
    again = ToyModel()
    report = predict(images, tmp_path / "out", checkpoint, again)
    assert again.calls == 1
    assert report["num_images"] == 5
    with (tmp_path / "out" / "class_shares.csv").open(newline="") as file:
        assert [row["image"] for row in csv.DictReader(file)] == sorted(images.names)


def test_predict__other_settings_need_overwrite(tmp_path, images, checkpoint):
    out = tmp_path / "out"
    predict(images, out, checkpoint, wanted=Wanted(CLASSES, PALETTE))
    with pytest.raises(ValueError, match=r"kinds: 'labels' -> 'labels confidence"):
        predict(images, out, checkpoint)
    predict(images, out, checkpoint, overwrite=True)
    assert len(list(out.rglob("*.jpg"))) == len(images)
    with pytest.raises(ValueError, match=r"opacity: 0.5 -> 0.25"):
        predict(images, out, checkpoint, wanted=Wanted(CLASSES, PALETTE, True, 0.25))


def test_predict__wrong_number_of_classes(tmp_path, images, checkpoint):
    wanted = Wanted(CLASSES[:3], PALETTE[:3])
    with pytest.raises(ValueError, match=r"4 classes, its config names 3: road"):
        predict(images, tmp_path / "out", checkpoint, wanted=wanted)


def test_write__a_picture_that_is_too_wide_is_told():
    with pytest.raises(ValueError, match=r"70000x1 pixels cannot be written as \*.jpg"):
        _encoded(np.zeros((1, 70_000, 3), np.uint8), ".jpg")


def _rank(rank, folder):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2
    )
    images = ImageFiles.from_folder(folder / "images", PIPELINE)
    predict(images, folder / "two", folder / "model.pth")
    torch.distributed.destroy_process_group()


@pytest.mark.ddp
def test_predict__two_ranks_equal_one(tmp_path, images, checkpoint):
    predict(images, tmp_path / "one", checkpoint)
    mp.spawn(_rank, (tmp_path,), nprocs=2)
    assert folder_hashes(tmp_path / "two") == folder_hashes(tmp_path / "one")
