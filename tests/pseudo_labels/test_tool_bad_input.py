"""tools/generate_pseudo_labels.py: what is wrong is said before the first image."""

import json

import numpy as np
import pytest
import torch
from in_process import ROOT, call
from PIL import Image

from mmseg_uda.pseudo_labels import generate

TOOL = "tools/generate_pseudo_labels.py"
FLAGSHIP = ROOT / "configs" / "lcrf" / "mrnet_lcrf_gta.py"


@pytest.fixture
def folder(setting, monkeypatch):
    """The tiny setting as working directory; no image may be predicted."""
    (setting / "no_target.py").write_text(
        "_base_ = 'tiny.py'\ntrain_dataloader = None\ntest_evaluator = None\n"
    )
    (setting / "no_model.py").write_text("default_scope = 'mmseg'\n")
    (setting / "file").write_text("precious")
    weights = torch.load(setting / "tiny.pth")
    weights["backbone.conv1.weight"][0] = float("nan")
    torch.save(weights, setting / "nan.pth")
    (setting / "foreign").mkdir()
    (setting / "foreign" / "settings.json").write_text('{"colour": "blue"}')
    monkeypatch.chdir(setting)
    monkeypatch.setattr(generate, "predict_probs", pytest.fail)
    return setting


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tiny.py", "nan.pth"], "holds NaN or infinite numbers"),
        (["tiny.py", "none.pth"], "'none.pth' does not exist"),
        (["tiny.py", "images"], "'images' is a folder"),
        (["none.py", "tiny.pth"], "config 'none.py' does not exist"),
        (["no_target.py", "tiny.pth"], "give a folder of images (--images DIR)"),
        (["no_model.py", "tiny.pth"], "no_model.py defines no model"),
        (["tiny.py", "tiny.pth", "--images", "file"], "is a file, not a folder"),
        (["tiny.py", "tiny.pth", "--images", "nope"], "'nope' does not exist (looked"),
        (["tiny.py", "tiny.pth", "--rule", "KeepSome"], "KeepSome"),
        (["tiny.py", "tiny.pth", "--cfg-options", "modle.x=1"], "Did you mean 'model'"),
        (["tiny.py", "tiny.pth", "--launcher", "pytorch"], "that torchrun sets"),
        ([FLAGSHIP, "tiny.pth", "--cfg-options", "pseudo_labels.tta=True"],
         "predicted with the config of stage 'stage_two'; drop it"),
        (["tiny.py", "tiny.pth", "--cfg-options",
          "train_dataloader.dataset.domains.target.data_root=/nowhere"],
         "tiny.py's target: "),
    ],
)  # fmt: skip
def test_tool__bad_input(folder, monkeypatch, capsys, arguments, said):
    monkeypatch.delenv("RANK", raising=False)
    assert call(monkeypatch, TOOL, *arguments, "--out", "out") == 1
    assert said in capsys.readouterr().err
    assert not (folder / "out").exists()


@pytest.mark.parametrize("own", [True, False])
def test_tool__files_that_cannot_be_read(folder, monkeypatch, capsys, own):
    images = folder / "unlike" / "a" if own else next((folder / "images").iterdir())
    images.mkdir(parents=True, exist_ok=True)
    deep = np.random.default_rng(0).integers(0, 4096, (8, 12)).astype(np.uint16)
    Image.fromarray(deep).save(images / "deep.png")
    (images / "none.png").write_bytes(b"no picture")
    command = ["tiny.py", "tiny.pth", "--out", "out"]
    if own:
        command += ["--images", "unlike"]
    assert call(monkeypatch, TOOL, *command) == 1
    told = capsys.readouterr().err
    name = "--images unlike" if own else "target"
    key = "train_dataloader.dataset.domains.target.value_range"
    assert f"{name}: 2 problem(s)" in told
    assert "none.png" in told
    assert "deep.png" in told
    assert f"--cfg-options {key}=0,65535" in told
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--device", "gpu"], "choose from"),
        (["--num-workers", "-1"], "--num-workers: must be 0 or larger, got -1"),
        (
            ["--threshold", "0.5"],
            "--threshold is of --rule GlobalThreshold, not of KeepAll",
        ),
    ],
)
def test_tool__bad_arguments(folder, monkeypatch, capsys, arguments, said):
    fixed = ["tiny.py", "tiny.pth", "--out", "out"]
    assert call(monkeypatch, TOOL, *fixed, *arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("file", "file is not a folder. Choose a folder with --out"),
        ("file/below", "file is not a folder"),
        ("images/labels", "would be taken for images"),
        ("foreign", "was not written with pseudo-labels, so the folder is left alone"),
    ],
)
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_tool__bad_output_folder(folder, monkeypatch, capsys, out, said, overwrite):
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    assert call(monkeypatch, TOOL, "tiny.py", "tiny.pth", "--out", out, *overwrite) == 1
    assert said in capsys.readouterr().err
    after = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    assert after == before


def test_tool__interrupted_and_run_again(setting, monkeypatch, capsys):
    predict, seen = generate.predict_probs, []

    def stop_at_the_second(*args):
        seen.append(args)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return predict(*args)

    monkeypatch.chdir(setting)
    monkeypatch.setattr(generate, "predict_probs", stop_at_the_second)
    command = ["tiny.py", "tiny.pth", "--out", "out", "--device", "cpu"]
    assert call(monkeypatch, TOOL, *command) == 130
    assert "goes on with the images that are left" in capsys.readouterr().err
    assert len(list(setting.glob("out/labels/*/*.png"))) == 1
    assert call(monkeypatch, TOOL, *command) == 0
    assert len(seen) == 2 + 2
    assert "3 images, 100 %" in capsys.readouterr().out
    other = ["--rule", "GlobalThreshold", "--threshold", "0.5"]
    assert call(monkeypatch, TOOL, *command, *other) == 1
    assert "made with other settings (before -> now: rule." in capsys.readouterr().err


def test_tool__nothing_kept_is_a_warning(setting, monkeypatch, capsys):
    monkeypatch.chdir(setting)
    command = ["tiny.py", "tiny.pth", "--out", "out", "--device", "cpu"]
    rule = ["--rule", "GlobalThreshold", "--threshold", "1"]
    assert call(monkeypatch, TOOL, *command, *rule) == 0
    printed = capsys.readouterr()
    assert "predicting labels: 3/3, done in " in printed.out
    assert "3 images, 0 % of the pixels kept" in printed.out
    assert "warning: GlobalThreshold(threshold=1.0) keeps no pixel of" in printed.err
    assert (setting / "out" / "pseudo_labels.json").is_file()


def test_tool__weights_that_fit_in_part(setting, monkeypatch, capsys):
    weights = torch.load(setting / "tiny.pth")
    del weights["backbone.conv1.weight"], weights["backbone.bn1.bias"]
    weights["decode_head.conv_seg.weight"] = torch.ones(7, 4, 1, 1)
    torch.save({**weights, "ema.x": torch.ones(1)}, setting / "part.pth")
    monkeypatch.chdir(setting)
    command = ["tiny.py", "part.pth", "--out", "out", "--device", "cpu"]
    assert call(monkeypatch, TOOL, *command, "--allow-partial") == 0
    told = capsys.readouterr().err
    said = "warning: 'part.pth' fits the network only in part: 3 of the network's"
    early, late = told.find(said), told.rfind(said)
    assert 0 <= early < told.find("unknown to the model (1):\n    ema.x") < late
    report = json.loads((setting / "out" / "pseudo_labels.json").read_text())
    counts = report["fits_in_part"]["part.pth"]
    all_of_it = sum("num_batches" not in name for name in weights) + 2  # without two
    assert counts["fitting"] == all_of_it - 3
    assert (counts["missing"], counts["unexpected"], counts["wrong_shape"]) == (2, 1, 1)


def test_tool__statistics_for_a_network_without_batch_norm(
    setting, monkeypatch, capsys
):
    text = (setting / "tiny.py").read_text()
    norm = "norm_cfg=dict(type='GN', num_groups=2), "
    text = text.replace("base_channels=4", f"{norm} base_channels=4")
    text = text.replace("num_convs=1", f"{norm} num_convs=1")
    (setting / "group.py").write_text(text)
    monkeypatch.chdir(setting)
    command = ["group.py", "tiny.pth", "--out", "out", "--device", "cpu"]
    options = ["--allow-partial", "--target-statistics"]
    assert call(monkeypatch, TOOL, *command, *options) == 0
    assert "warning: --target-statistics did nothing" in capsys.readouterr().err


def test_stage__unknown_device(setting):
    from mmengine.config import Config

    from mmseg_uda.pseudo_labels import run_pseudo_label_stage

    with pytest.raises(ValueError, match="device='gpu' is unknown; use 'cpu'"):
        run_pseudo_label_stage(
            Config.fromfile(setting / "tiny.py"),
            setting / "tiny.pth",
            setting / "out",
            device="gpu",
        )
