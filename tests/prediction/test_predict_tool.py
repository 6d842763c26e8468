"""The command ``mmseg-uda predict``, on a stock config of mmseg."""

import json

import numpy as np
import pytest
import torch
from in_process import call
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.prediction import predict_images

TOOL = "tools/predict.py"


@pytest.fixture
def folder(setting, monkeypatch):
    """The tiny setting as working directory."""
    monkeypatch.chdir(setting)
    return setting


def network(weights):
    """The network as mmseg builds it, and how it loads an image."""
    cfg = Config.fromfile("tiny.py")
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(torch.load(weights))
    pipeline = [t for t in cfg.pipeline if t["type"] != "LoadAnnotations"]
    return model, Compose(pipeline)


def sample_of(model, pipeline, path):
    with torch.no_grad():
        return model.test_step(pseudo_collate([pipeline({"img_path": str(path)})]))[0]


def predict(monkeypatch, *arguments):
    return call(monkeypatch, TOOL, "tiny.py", "tiny.pth", *arguments)


def test_tool__predicts_what_mmseg_does(folder, monkeypatch, capsys):
    assert predict(monkeypatch, "images", "--out", "out", "--device", "cpu") == 0
    said = capsys.readouterr().out
    model, pipeline = network("tiny.pth")
    counts = np.zeros(19, int)
    for path in sorted((folder / "images").rglob("*.png")):
        expected = sample_of(model, pipeline, path).pred_sem_seg.data[0].numpy()
        name = path.relative_to(folder / "images")
        assert np.array_equal(Image.open(folder / "out" / "labels" / name), expected)
        counts += np.bincount(expected.ravel(), minlength=19)
    report = json.loads((folder / "out" / "prediction.json").read_text())
    names = report["classes"]
    assert "3 images: out/class_shares.csv, out/prediction.json" in said
    assert f"{names[counts.argmax()]} " in said.split("in images")[1].split("\n")[2]
    absent = [name for name, count in zip(names, counts, strict=True) if not count]
    assert f"predicted nowhere: {', '.join(absent)}" in said


def test_tool__without_a_checkpoint_it_names_those_there_are(
    folder, monkeypatch, capsys
):
    words = (TOOL, "tiny.py", "images", "--out", "out")
    assert call(monkeypatch, *words) == 2
    assert "leave checkpoints in work_dirs/tiny/STAGE" in capsys.readouterr().err
    (folder / "work_dirs/tiny/train").mkdir(parents=True)
    (folder / "work_dirs/tiny/train/best_mIoU_iter_4.pth").touch()
    assert call(monkeypatch, *words) == 2
    said = capsys.readouterr().err
    assert "Its checkpoints: work_dirs/tiny/train/best_mIoU_iter_4.pth" in said


def test_tool__a_checkpoint_of_other_class_names(folder, monkeypatch, capsys):
    classes = ("sky", "sea")
    meta = {"dataset_meta": {"classes": classes}}
    torch.save({"state_dict": torch.load("tiny.pth"), "meta": meta}, "named.pth")
    words = ("named.pth", "images", "--out", "out", "--device", "cpu")
    assert call(monkeypatch, TOOL, "tiny.py", *words) == 0
    said = capsys.readouterr().err
    assert "'named.pth' was trained with the classes sky, sea, and the config" in said
    assert predict(monkeypatch, "images", "--out", "two", "--device", "cpu") == 0
    assert "was trained with" not in capsys.readouterr().err  # it does not say


def test_tool__one_image_with_all_pictures(folder, monkeypatch):
    image = next((folder / "images").rglob("*.png"))
    options = ["--overlay", "0.3", "--confidence", "--tta", "--device", "cpu"]
    assert predict(monkeypatch, image, "--out", "out", *options) == 0
    files = {str(p.relative_to(folder / "out")) for p in (folder / "out").rglob("*.*")}
    stem = image.stem
    assert files == {
        f"labels/{stem}.png", f"confidence/{stem}.png", f"overlays/{stem}.jpg",
        "legend.png", "class_shares.csv", "images.jsonl", "prediction.json",
        "settings.json",
    }  # fmt: skip
    assert json.loads((folder / "out" / "prediction.json").read_text())["tta"] is True


def test_tool__mean_of_two_networks(folder, monkeypatch):
    other = torch.load("tiny.pth")
    head = "decode_head.conv_seg.bias"
    other[head] = other[head] + torch.arange(19.0)
    torch.save(other, "other.pth")
    more = ["--average-with", "other.pth", "--device", "cpu"]
    assert predict(monkeypatch, "images", "--out", "out", *more) == 0
    report = json.loads((folder / "out" / "prediction.json").read_text())
    assert list(report["checkpoints"]) == ["tiny.pth", "other.pth"]
    probs = 0
    path = sorted((folder / "images").rglob("*.png"))[0]
    for weights in report["checkpoints"]:
        logits = sample_of(*network(weights), path).seg_logits.data.double()
        probs = probs + logits.softmax(0)
    label = Image.open(folder / "out" / "labels" / path.relative_to(folder / "images"))
    assert (np.array(label) == probs.argmax(0).numpy()).mean() > 0.99  # but for ties


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tiny.py", "none.pth", "images"], "'none.pth' does not exist"),
        (["tiny.py", "tiny.pth", "nope"], "IMAGES: the image folder 'nope' does not"),
        (["tiny.py", "tiny.pth", "tiny.py"], "tiny.py is no image: its name must end"),
        (["no_model.py", "tiny.pth", "images"], "no_model.py defines no model"),
        (["tiny.py", "tiny.pth", "broken"], "broken/a.png is not an image"),
        (["tiny.py", "tiny.pth", "images", "--stage", "two"], "two"),
        (["tiny.py", "part.pth", "images"], "fits EncoderDecoder only in part"),
        (["tiny.py", "tiny.pth", "images", "--image-suffix", "_x.png"],
         "expected files that end in _x.png"),
    ],
)  # fmt: skip
def test_tool__bad_input(folder, monkeypatch, capsys, arguments, said):
    (folder / "no_model.py").write_text("default_scope = 'mmseg'\n")
    (folder / "broken").mkdir()
    (folder / "broken" / "a.png").write_text("no image")
    weights = torch.load("tiny.pth")
    del weights["decode_head.conv_seg.bias"]
    torch.save(weights, "part.pth")
    monkeypatch.setattr(predict_images, "predict_probs", pytest.fail)
    assert call(monkeypatch, TOOL, *arguments, "--out", "out") == 1
    assert said in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_tool__out_in_the_image_folder(folder, monkeypatch, capsys):
    assert predict(monkeypatch, "images", "--out", "images/out") == 1
    assert "would be taken for images" in capsys.readouterr().err


def test_tool__out_beside_the_one_image(folder, monkeypatch, capsys):
    image = next((folder / "images").rglob("*.png"))
    assert predict(monkeypatch, image, "--out", image.parent) == 1
    assert "would be taken for images" in capsys.readouterr().err


def test_tool__images_of_a_folder_above(folder, monkeypatch):
    (folder / "here").mkdir()
    for name in ("tiny.py", "tiny.pth"):
        (folder / name).rename(folder / "here" / name)
    monkeypatch.chdir(folder / "here")
    assert predict(monkeypatch, "../images", "--out", "out", "--device", "cpu") == 0
    assert len(list((folder / "here" / "out" / "labels").rglob("*.png"))) == 3


def test_tool__another_preprocessor_is_another_setting(folder, monkeypatch, capsys):
    text = (folder / "tiny.py").read_text()
    (folder / "tiny.py").write_text(
        text.replace("data_preprocessor=data_preprocessor,", "")
    )
    assert predict(monkeypatch, "images", "--out", "out", "--device", "cpu") == 0
    more = ["--cfg-options", "data_preprocessor.mean=[9.,9.,9.]"]
    more += ["data_preprocessor.std=[1.,1.,1.]"]
    assert predict(monkeypatch, "images", "--out", "out", "--device", "cpu", *more) == 1
    assert "model_sha256" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--overlay", "0"], "must be above 0, at most 1, got 0"),
        (["--overlay", "lots"], "invalid share value: 'lots'"),
        (["--num-workers", "-1"], "must be 0 or larger, got -1"),
    ],
)
def test_tool__bad_options(folder, monkeypatch, capsys, options, said):
    assert predict(monkeypatch, "images", "--out", "out", *options) == 2
    assert said in capsys.readouterr().err


def test_tool__suffix_of_a_file(folder, monkeypatch, capsys):
    image = next((folder / "images").rglob("*.png"))
    options = ["--out", "out", "--image-suffix", ".png"]
    assert predict(monkeypatch, image, *options) == 2
    assert "IMAGES is a file" in capsys.readouterr().err
