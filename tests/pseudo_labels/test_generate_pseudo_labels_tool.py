import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image
from pseudo_label_toys import write_images

from mmseg_uda.prediction.target_images import inference_pipeline, target_images
from mmseg_uda.pseudo_labels import run_pseudo_label_stage

ROOT = Path(__file__).parents[2]


def call(folder, *arguments):
    command = [sys.executable, str(ROOT / "tools" / "generate_pseudo_labels.py")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.mark.slow
def test_tool__labels_the_configs_target_images(setting):
    before = set(setting.rglob("*"))
    done = call(
        setting, "tiny.py", "tiny.pth", "--out", "out", "--rule", "GlobalThreshold",
        "--threshold", "0.06",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3/3, done in" in done.stdout
    report = json.loads((setting / "out" / "pseudo_labels.json").read_text())
    assert report["num_images"] == 3
    assert report["config"] == "tiny.py"
    assert report["rule"]["threshold"] == report["thresholds"] == 0.06
    assert report["classes"][0] == "road"
    label = Image.open(setting / "out" / "labels" / "city1" / "img001.png")
    assert (label.mode, label.size) == ("L", (16, 13))
    new = {path for path in set(setting.rglob("*")) - before if path.is_file()}
    assert all(path.is_relative_to(setting / "out") for path in new)

    refused = call(setting, "tiny.py", "tiny.pth", "--out", "out")
    assert refused.returncode == 1
    assert "other settings" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_tool__passes_the_options_of_a_rule_on(setting):
    rule = ["--rule", "SoftClassBalanced", "--rule-options", "portion=0.5", "alpha=1.5"]
    done = call(setting, "tiny.py", "tiny.pth", "--out", "out", *rule)
    assert done.returncode == 0, done.stderr
    report = json.loads((setting / "out" / "pseudo_labels.json").read_text())
    assert (report["rule"]["portion"], report["rule"]["alpha"]) == (0.5, 1.5)
    assert set(report["thresholds"]) == {str(c) for c in range(19)}
    with np.load(setting / "out" / "soft" / "city1" / "img001.npz") as arrays:
        assert arrays["soft"].shape == (19, 13, 16)
    assert not (setting / "out" / "statistics").exists()


def stage(setting, out="out", **kwargs):
    cfg = Config.fromfile(setting / "tiny.py")
    cfg.merge_from_dict(kwargs.pop("options", {}))
    checkpoint = kwargs.pop("checkpoint", setting / "tiny.pth")
    return run_pseudo_label_stage(
        cfg, checkpoint, setting / out, device="cpu", **kwargs
    )


def test_stage__tta_and_folder_of_images(setting):
    write_images(setting / "other", 2, seed=5)
    report = stage(setting, tta=True, images=setting / "other")
    assert report["tta"] is True
    assert report["kept_share"] == 1.0
    assert report["num_images"] == 2
    stage(setting, out="plain", images=setting / "other")
    confidence = [
        np.array(Image.open(setting / out / "confidence" / "city0" / "img000.png"))
        for out in ("out", "plain")
    ]
    assert not np.array_equal(*confidence)


def test_stage__never_opens_a_label_of_the_target(setting):
    # Labels lie where mmseg's data set looks for them; reading one would fail.
    for path in (setting / "images").rglob("*.png"):
        label = setting / "labels" / path.relative_to(setting / "images")
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_bytes(b"not a picture")
    cfg = Config.fromfile(setting / "tiny.py")
    for tta, num_augmented in ((False, 1), (True, 4)):
        pipeline = inference_pipeline(cfg, tta)
        assert "LoadAnnotations" not in str(pipeline)
        files = target_images(cfg, pipeline)
        assert files.names[:2] == ["city0/img000.png", "city0/img002.png"]
        samples = files[0]["data_samples"]
        samples = samples if tta else [samples]
        assert len(samples) == num_augmented
        assert all("gt_sem_seg" not in sample for sample in samples)


@pytest.mark.parametrize(
    ("kwargs", "error", "match"),
    [
        (dict(checkpoint="no.pth"), FileNotFoundError, "no.pth' does not exist"),
        (dict(rule=dict(type="KeepNone")), KeyError, "KeepNone"),
        (dict(rule=dict(type="GlobalThreshold", threshold=2)), ValueError, r"\[0, 1\]"),
        (dict(images="nowhere"), FileNotFoundError, "nowhere' does not exist"),
        (dict(options={"train_dataloader.dataset.domains": None}), ValueError,
         "--images DIR"),
        (dict(options=dict(tta_pipeline=None), tta=True), ValueError,
         "tiny.py has no tta_pipeline"),
        (dict(options={"model.decode_head.num_classes": 16}), ValueError, "conv_seg"),
    ],
)  # fmt: skip
def test_stage__bad_input_is_explained(setting, kwargs, error, match):
    with pytest.raises(error, match=match):
        stage(setting, **kwargs)
    assert not (setting / "out").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_stage__gpu_where_there_is_none(setting):
    cfg = Config.fromfile(setting / "tiny.py")
    with pytest.raises(ValueError, match="sees no GPU"):
        run_pseudo_label_stage(
            cfg, setting / "tiny.pth", setting / "out", device="cuda"
        )
