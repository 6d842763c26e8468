"""What tools/test.py finds out before it predicts the first image."""

import json
import sys
from pathlib import Path

import pytest
import torch
from helpers import on_toycity

from mmseg_uda.commands.run_test import run_test
from mmseg_uda.stages import Request, StageError
from mmseg_uda.weights.checkpoints import file_hash

SINGLE = Path(__file__).parents[2] / "configs" / "source_only" / "source_only_gta.py"


def request(tmp_path, **options):
    work_dir = tmp_path / "test"
    return Request(SINGLE, work_dir=work_dir, **on_toycity(), options=options)


@pytest.fixture
def checkpoint(tmp_path):
    torch.save({"a": torch.ones(1)}, tmp_path / "a.pth")
    return str(tmp_path / "a.pth")


def test_run_test__missing_checkpoint_leaves_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth' does not exist"):
        run_test(request(tmp_path), str(tmp_path / "none.pth"))
    assert not (tmp_path / "test").exists()


def test_run_test__other_network(tmp_path, checkpoint):
    with pytest.raises(ValueError, match=r"fits .* only in part"):
        run_test(request(tmp_path), checkpoint)


def test_run_test__folders_that_are_files(tmp_path, checkpoint):
    with pytest.raises(OSError, match=r"a\.pth is not a folder.*with --out"):
        run_test(request(tmp_path), checkpoint, out=checkpoint)
    (tmp_path / "test").write_text("")
    with pytest.raises(OSError, match=r"test is not a folder.*with --work-dir"):
        run_test(request(tmp_path), checkpoint)


def test_run_test__misspelt_metric(tmp_path, checkpoint, monkeypatch):
    module = sys.modules[run_test.__module__]  # the package has a function of its name
    monkeypatch.setattr(module, "check_model", lambda *_, **__: None)
    misspelt = request(tmp_path, **{"test_evaluator.protocl": "b"})
    with pytest.raises(StageError, match="mean 'protocol'"):
        run_test(misspelt, checkpoint)
    with pytest.raises(StageError, match="no test_evaluator"):
        run_test(request(tmp_path, test_evaluator=None), checkpoint)


def test_run_test__tta_without_a_pipeline(tmp_path, checkpoint):
    asked = request(tmp_path, tta_pipeline=None)
    with pytest.raises(StageError, match=r"Add one \(configs.*cityscapes_eval"):
        run_test(asked, checkpoint, tta=True)


@pytest.fixture
def scores(monkeypatch):
    """What a test run measures, in place of one."""
    module, scores = sys.modules[run_test.__module__], {}
    monkeypatch.setattr(module, "_prepare", lambda *_: None)
    monkeypatch.setattr(module, "_test", lambda *_: scores)
    return scores


def test_run_test__results_of_different_tests_are_kept_apart(
    tmp_path, checkpoint, scores, capsys
):
    for tta, miou in ((False, 12.5), (True, 13.5)):
        scores["mIoU"] = miou
        small = request(tmp_path, **{"test_dataloader.batch_size": 2})
        assert run_test(small, checkpoint, tta=tta) == {"mIoU": miou}
    printed = capsys.readouterr().out
    for name, tta, miou in (("test_a", False, 12.5), ("test_a_tta", True, 13.5)):
        assert f"mIoU {miou}0 (all of it: {tmp_path}/test/{name}.json)" in printed
        record = json.loads((tmp_path / "test" / f"{name}.json").read_text())
        assert record == {
            "checkpoint": checkpoint,
            "checkpoint_sha256": file_hash(checkpoint),
            "config": str(SINGLE),
            "tta": tta,
            "toy": True,
            "toy_network": "random",
            "target_root": None,
            "cfg_options": {"test_dataloader.batch_size": 2},
            "metrics": {"mIoU": miou},
        }


def test_run_test__says_which_classes_the_mean_is_not_over(
    tmp_path, checkpoint, scores, capsys
):
    scores |= {"mIoU": 100.0, "IoU.land": 100.0, "IoU.lake": float("nan")}
    run_test(request(tmp_path), checkpoint)
    wanted = "mIoU 100.00 over 1 of 2 classes: 'lake' occurs neither in labels nor in"
    assert wanted in capsys.readouterr().out
    text = (tmp_path / "test/test_a.json").read_text()
    assert json.loads(text)["metrics"]["IoU.lake"] is None
    assert "NaN" not in text


def test_run_test__nothing_scored_is_said_and_not_written(
    tmp_path, checkpoint, scores, capsys
):
    assert run_test(request(tmp_path), checkpoint) == {}
    assert "a.pth: nothing was scored\n" in capsys.readouterr().out
    assert not list(tmp_path.glob("test/*.json"))


def test_run_test__leaves_out_hooks_that_do_nothing_in_a_test(
    tmp_path, checkpoint, monkeypatch
):
    module, ran = sys.modules[run_test.__module__], []
    monkeypatch.setattr(module, "_prepare", lambda *_: None)
    monkeypatch.setattr(module, "_test", lambda cfg, *_: ran.append(cfg) or {})
    stop = {"type": "EarlyStoppingHook", "monitor": "mIoU"}
    hooks = {
        "custom_hooks": [stop, {"type": "EMAHook"}],
        "default_hooks.stop": stop,
    }
    run_test(request(tmp_path, **hooks), checkpoint)
    assert [hook["type"] for hook in ran[0].custom_hooks] == ["EMAHook"]
    assert "stop" not in ran[0].default_hooks
    assert ran[0].default_hooks.logger.type == "LoggerHook"


def test_run_test__out_needs_a_metric_that_writes(tmp_path, checkpoint):
    scored = dict(type="DomainMetric", domain="a", metric=dict(type="LabelFreeMetric"))
    asked = request(tmp_path, test_evaluator=scored)
    with pytest.raises(StageError, match=r"--out: none of the metrics.*predict\.py"):
        run_test(asked, checkpoint, out=str(tmp_path / "out"))
