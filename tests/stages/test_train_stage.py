"""What a training of one stage says when something else ends it."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmseg_uda.stages.errors import StageError
from mmseg_uda.stages.training import train


@pytest.mark.parametrize("error", [StopIteration(), SystemExit(0)])
def test_train__hook_that_ends_it_by_an_exception(tmp_path, monkeypatch, error):
    def stop():
        raise error

    closed = []
    runner = SimpleNamespace(
        hooks=[],
        iter=5,
        register_hook=lambda hook: None,
        train=stop,
        close=lambda: closed.append(True),
    )
    monkeypatch.setattr(train.StageRunner, "from_cfg", lambda cfg: runner)
    cfg = Config(dict(work_dir=str(tmp_path / "run" / "train")))
    with pytest.raises(StageError, match=r"iteration 5 .*stop_training = True"):
        train.train(cfg, "train", None, None)
    assert closed
