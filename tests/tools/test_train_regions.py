"""tools/train.py with a stage that finds regions: killed, resumed, handed on."""

import json

import pytest
from in_process import call
from toy_runs import ROOT, train_until

CONFIG = ROOT / "configs" / "patchalign" / "patchalign_gta.py"
MADE = ("regions.npz", "regions.json")


def arguments(toy_root, work_dir, *more):
    fixed = [CONFIG, "--toy", "--toy-root", toy_root, "--work-dir", work_dir, *more]
    return [str(value) for value in (*fixed, "--cfg-options", "toy.iters=1")]


@pytest.mark.slow
def test_train__killed_while_finding_regions(toy_root, tmp_path, monkeypatch, capsys):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert call(monkeypatch, "tools/train.py", *arguments(toy_root, whole)) == 0
    assert "reading patches: 6/6" in capsys.readouterr().out
    assert json.loads((whole / "train" / "result.json").read_text())["final"]
    config = (whole / "train" / "patchalign_gta.py").read_text()
    assert f"region_dir='{whole / 'patch_modes'}'" in config

    alone = arguments(toy_root, killed, "--stage", "patch_modes")
    train_until(killed / "patch_modes" / "stage.json", *alone)
    assert not (killed / "patch_modes" / "done.json").exists()
    assert call(monkeypatch, "tools/train.py", *alone) == 0
    for name in MADE:
        ours, theirs = (run / "patch_modes" / name for run in (whole, killed))
        assert ours.read_bytes() == theirs.read_bytes()
    assert call(monkeypatch, "tools/train.py", *alone) == 0
    assert "patch_modes: finished, skipped" in capsys.readouterr().out
