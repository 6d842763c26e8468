"""tools/train.py with a stage that finds regions: killed, resumed, handed on."""

import pytest
from in_process import call
from toy_runs import ROOT, train_until

from mmseg_uda.regions import FittedRegions
from mmseg_uda.stages.config.overrides import regions_in
from mmseg_uda.stages.kinds import train as train_kind

CONFIG = ROOT / "configs" / "patchalign" / "patchalign_gta.py"


def arguments(toy_root, work_dir, *more):
    fixed = [
        CONFIG,
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        "--work-dir",
        work_dir,
        *more,
    ]
    return [str(value) for value in fixed]


@pytest.mark.slow
def test_train__killed_while_finding_regions(toy_root, tmp_path, monkeypatch, capsys):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    command = arguments(toy_root, whole, "--stage", "patch_modes")
    assert call(monkeypatch, "tools/train.py", *command) == 0
    assert "reading patches: 6/6" in capsys.readouterr().out
    alone = arguments(toy_root, killed, "--stage", "patch_modes")
    train_until(killed / "patch_modes" / "stage.json", *alone)
    assert not (killed / "patch_modes" / "done.json").exists()
    given = []
    monkeypatch.setattr(train_kind, "train", lambda *args: given.append(args))
    # finds the regions and begins the training, which here leaves no checkpoint
    assert call(monkeypatch, "tools/train.py", *arguments(toy_root, killed)) == 1
    for name in ("regions.npz", "regions.json"):
        ours, theirs = (folder / "patch_modes" / name for folder in (whole, killed))
        assert ours.read_bytes() == theirs.read_bytes()
    ((cfg, stage, *_),) = given
    (node,) = regions_in(cfg)
    assert (stage, node["region_dir"]) == ("train", str(killed / "patch_modes"))
    assert FittedRegions(node["region_dir"]).rule.patch_size == (4, 8)
    assert call(monkeypatch, "tools/train.py", *alone) == 0
    assert "patch_modes: finished, skipped" in capsys.readouterr().out
