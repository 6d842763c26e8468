"""tools/train.py from the shell: three stages, killed, resumed, distributed."""

import json
import sys
from pathlib import Path

import pytest
import torch
from toy_runs import ROOT, arguments, run, train, train_until

from mmseg_uda.weights.checkpoints import load_weights_file

STAGES = ("stage_one", "pseudo_labels", "stage_two")


@pytest.fixture(scope="module")
def uninterrupted(toy_root, tmp_path_factory):
    """Folder of a finished run, and what it printed."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    code, printed = train(*arguments(toy_root, folder))
    assert code == 0, printed
    return folder, printed


def weights(folder, stage):
    return load_weights_file(folder / stage / "iter_4.pth")


def same_weights(ours, theirs, stage):
    ours, theirs = weights(ours, stage), weights(theirs, stage)
    assert ours.keys() == theirs.keys()
    return all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.mark.slow
def test_train__runs_all_stages_and_reports(uninterrupted):
    folder, printed = uninterrupted
    assert all((folder / stage / "done.json").is_file() for stage in STAGES)
    assert "toy overlay: data under" in printed
    assert "mIoU (final) | mIoU (best)" in printed
    assert "Warning" not in printed
    final = json.loads((folder / "stage_two" / "result.json").read_text())["final"]
    assert final["iter"] == 4
    assert len(list((folder / "pseudo_labels" / "labels").rglob("*.png"))) == 4


@pytest.mark.slow
def test_train__second_run_skips_everything(uninterrupted, toy_root):
    folder, _ = uninterrupted
    before = {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")}
    code, printed = train(*arguments(toy_root, folder))
    assert code == 0, printed
    assert all(f"{stage}: finished, skipped" in printed for stage in STAGES)
    assert before == {p: p.stat().st_mtime_ns for p in Path(folder).rglob("*")}


@pytest.mark.nightly
def test_train__killed_in_each_stage_ends_with_the_same_weights(
    uninterrupted, toy_root, tmp_path
):
    command = arguments(toy_root, tmp_path)
    train_until(tmp_path / "stage_one" / "iter_1.pth", *command)
    assert not (tmp_path / "stage_one" / "done.json").exists()
    train_until(tmp_path / "stage_two" / "iter_1.pth", *command)
    assert not (tmp_path / "stage_two" / "done.json").exists()
    code, printed = train(*command)
    assert code == 0, printed
    assert "stage_one: finished, skipped" in printed
    assert "stage_two: resuming" in printed
    folder, _ = uninterrupted
    assert same_weights(folder, tmp_path, "stage_one")
    assert same_weights(folder, tmp_path, "stage_two")
    for stage in ("stage_one", "stage_two"):
        results = [(run / stage / "result.json") for run in (folder, tmp_path)]
        assert results[0].read_text() == results[1].read_text()


@pytest.mark.nightly
def test_train__given_checkpoint_and_single_stages(uninterrupted, toy_root, tmp_path):
    folder, _ = uninterrupted
    checkpoint = folder / "stage_one" / "iter_4.pth"
    command = arguments(
        toy_root,
        tmp_path,
        "--stage",
        "pseudo_labels",
        "--stage-one-checkpoint",
        checkpoint,
    )
    code, printed = train(*command)
    assert code == 0, printed
    assert not (tmp_path / "stage_two").exists()
    code, printed = train(*arguments(toy_root, tmp_path))
    assert code == 0, printed
    assert f"stage_one: replaced by {checkpoint}" in printed
    assert same_weights(folder, tmp_path, "stage_two")


@pytest.mark.slow
def test_train__bad_input_is_one_block(toy_root, tmp_path):
    misspelt = "stage_two.model.objectives.pseudo.weight.map=lipshitz"
    code, printed = train(*arguments(toy_root, tmp_path), misspelt)
    assert code == 1
    assert "Did you mean 'lipschitz'?" in printed
    assert "Traceback" not in printed
    assert not any((tmp_path / stage).exists() for stage in STAGES)


@pytest.mark.slow
def test_test_tool__agrees_with_the_validation(uninterrupted, toy_root, tmp_path):
    folder, _ = uninterrupted
    checkpoint = folder / "stage_two" / "iter_4.pth"
    (config,) = (folder / "stage_two").glob("*.py")
    code, printed = run(
        sys.executable,
        ROOT / "tools" / "test.py",
        config,
        checkpoint,
        "--work-dir",
        tmp_path,
        "--out",
        tmp_path / "out",
    )
    assert code == 0, printed
    record = json.loads((tmp_path / "test_iter_4.json").read_text())
    metrics = record["metrics"]
    final = json.loads((folder / "stage_two" / "result.json").read_text())["final"]
    assert metrics["mIoU"] == final["mIoU"]
    assert len(list((tmp_path / "out").glob("*.png"))) == 2


@pytest.mark.slow
@pytest.mark.ddp
def test_dist_train__two_processes_on_cpus(toy_root, tmp_path):
    config, *rest = arguments(toy_root, tmp_path)
    rest += ["train_cfg.max_iters=1", "train_cfg.val_interval=1"]
    code, printed = run(ROOT / "tools" / "dist_train.sh", config, 2, *rest)
    assert code == 0, printed
    assert all((tmp_path / stage / "done.json").is_file() for stage in STAGES)
    assert json.loads((tmp_path / "stage_two" / "done.json").read_text())["ranks"] == 2
