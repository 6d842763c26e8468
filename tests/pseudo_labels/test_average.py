"""Pseudo-labels of the mean of several networks, from a config and their weights."""

import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.pseudo_labels import run_pseudo_label_stage
from mmseg_uda.weights.checkpoints import file_hash


@pytest.fixture
def others(setting):
    """Two more networks of the config."""
    paths = [setting / "second.pth", setting / "third.pth"]
    for seed, path in enumerate(paths, 1):
        torch.manual_seed(seed)
        model = MODELS.build(Config.fromfile(setting / "tiny.py").model)
        weights = {
            n: w * (3 if w.dim() > 1 else 1) for n, w in model.state_dict().items()
        }
        torch.save(weights, path)
    return paths


def labels(setting, checkpoint, out, **options):
    cfg = Config.fromfile(setting / "tiny.py")
    report = run_pseudo_label_stage(
        cfg, checkpoint, setting / out, device="cpu", num_workers=0, **options
    )
    folder = setting / out
    arrays = [
        [np.array(Image.open(path)) for path in sorted(folder.glob(f"{kind}/*/*.png"))]
        for kind in ("labels", "confidence")
    ]
    assert len(arrays[0]) == 3
    return report, *arrays


def test_average__does_not_depend_on_the_order_and_is_no_single_network(
    setting, others
):
    first = setting / "tiny.pth"
    alone, *_ = labels(setting, first, "alone")
    report, found, confidence = labels(setting, first, "mean", average_with=others)
    assert "averaged_with" not in alone
    assert report["averaged_with"] == {str(p): file_hash(p) for p in others}
    turned = labels(setting, others[1], "turned", average_with=[others[0], first])
    for ours, theirs in zip(confidence, turned[2], strict=True):
        assert np.abs(ours.astype(int) - theirs).max() <= 1
    same = np.concatenate(
        [(a == b).ravel() for a, b in zip(found, turned[1], strict=True)]
    )
    assert same.mean() > 0.999
    for path in (first, *others):
        _, single, sure = labels(setting, path, f"only_{path.stem}")
        assert any(
            not np.array_equal(a, b) for a, b in zip(sure, confidence, strict=True)
        )
    # the mean of itself is itself
    _, again, _ = labels(setting, others[1], "again", average_with=[others[1]])
    assert all(np.array_equal(a, b) for a, b in zip(single, again, strict=True))


def test_average__folder_of_other_networks_is_not_gone_on_with(setting, others):
    first = setting / "tiny.pth"
    labels(setting, first, "mean", average_with=others[:1])
    with pytest.raises(ValueError, match="averaged_with_sha256"):
        labels(setting, first, "mean", average_with=others)
    report = json.loads((setting / "mean" / "pseudo_labels.json").read_text())
    assert len(report["averaged_with"]) == 1


def test_average__missing_file_is_said_first(setting):
    with pytest.raises(FileNotFoundError, match=r"none\.pth"):
        labels(setting, setting / "tiny.pth", "out", average_with=["none.pth"])
    assert not (setting / "out").exists()
