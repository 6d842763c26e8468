"""What tools/test.py finds out before it predicts the first image."""

import sys
from pathlib import Path

import pytest
import torch

from mmseg_uda.engine.stages import Request, StageError, run_test

SINGLE = Path(__file__).parents[2] / "configs" / "source_only" / "source_only_gta.py"


def request(tmp_path, **options):
    work_dir = tmp_path / "test"
    return Request(SINGLE, work_dir=work_dir, toy=True, options=options)


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
