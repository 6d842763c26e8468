"""What a training of one stage says when something else ends it."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmseg_uda.engine.stages import train_stage
from mmseg_uda.engine.stages.errors import StageError


@pytest.mark.parametrize("error", [StopIteration(), SystemExit(0)])
def test_run_train_stage__hook_that_ends_it_by_an_exception(
    tmp_path, monkeypatch, error
):
    def train():
        raise error

    closed = []
    runner = SimpleNamespace(
        hooks=[],
        iter=5,
        register_hook=lambda hook: None,
        train=train,
        close=lambda: closed.append(True),
    )
    monkeypatch.setattr(train_stage.StageRunner, "from_cfg", lambda cfg: runner)
    cfg = Config(dict(work_dir=str(tmp_path / "run" / "train")))
    with pytest.raises(StageError, match=r"iteration 5 .*stop_training = True"):
        train_stage.run_train_stage(cfg, "train", None, None)
    assert closed
