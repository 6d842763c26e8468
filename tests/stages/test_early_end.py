"""Trainings that a hook ends before max_iters."""

import json

import pytest
from mmengine.hooks import EarlyStoppingHook, Hook
from toy_runner import build_runner

from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.stages.training.early_end import STOPPED, EarlyEnd


class StopAt(Hook):
    """Ends a training after an iteration, whatever was validated."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_train_iter(self, runner, *_, **__):
        if runner.iter + 1 == self.iteration:
            runner.train_loop.stop_training = True


class Killed(BaseException):
    pass


def train(folder, name, *hooks, resume_from=None, interval=100, **options):
    checkpoint = dict(interval=interval, save_best=None)
    runner = build_runner(
        folder, name, 20, resume_from, checkpoint=checkpoint, **options
    )
    for hook in (*hooks, EarlyEnd()):
        runner.register_hook(hook)
    runner.train()
    return json.loads((folder / "result.json").read_text())


def impatient():
    return EarlyStoppingHook(monitor="mIoU", patience=2)


def test_early_end__what_is_scored_is_what_is_saved(tmp_path):
    # the best is at 4; neither 6 nor 8 are better
    scores = {2: 10.0, 4: 30.0, 6: 20.0, 8: 25.0, 10: 90.0}
    result = train(tmp_path, "stop", impatient(), scores=scores, interval=3)
    assert (result["final"]["iter"], result["final"]["mIoU"]) == (8, 25.0)
    assert list(iteration_checkpoints(tmp_path)) == [6, 8]
    assert (tmp_path / "last_checkpoint").read_text().endswith("iter_8.pth")


def test_early_end__between_two_validations(tmp_path):
    scores = {2: 10.0, 4: 30.0, 5: 20.0}
    result = train(tmp_path, "stop", StopAt(5), scores=scores)
    assert [r["iter"] for r in result["history"]] == [2, 4, 5]
    assert result["final"]["mIoU"] == 20.0
    assert list(iteration_checkpoints(tmp_path)) == [5]


def test_early_end__killed_before_it_is_saved(tmp_path):
    class KillAtEnd(Hook):
        priority = "HIGHEST"

        def after_train(self, runner):
            raise Killed

    with pytest.raises(Killed):
        train(tmp_path, "kill", StopAt(5), KillAtEnd(), interval=3)
    assert list(iteration_checkpoints(tmp_path)) == [3]
    # the hook that stopped it does not fire again
    result = train(tmp_path, "again", resume_from=find_resumable(tmp_path))
    assert result["final"]["iter"] == 5
    assert max(iteration_checkpoints(tmp_path)) == 5
    # killed after it was saved: nothing is left to train
    result = train(tmp_path, "once more", resume_from=find_resumable(tmp_path))
    assert [r["iter"] for r in result["history"]] == [2, 4, 5]


def test_early_end__patience_is_kept_over_a_resume(tmp_path):
    class KillAtSeven(Hook):
        def after_train_iter(self, runner, *_, **__):
            if runner.iter == 7:
                raise Killed

    scores = {2: 10.0, 4: 30.0, 6: 20.0, 8: 25.0, 10: 26.0, 12: 27.0}
    with pytest.raises(Killed):
        train(tmp_path, "a", impatient(), KillAtSeven(), scores=scores, interval=1)
    resume = find_resumable(tmp_path)
    result = train(tmp_path, "b", impatient(), scores=scores, resume_from=resume)
    assert result["final"]["iter"] == 8


def test_early_end__fresh_start_forgets_the_old_end(tmp_path):
    train(tmp_path, "first", StopAt(5))
    assert json.loads((tmp_path / STOPPED).read_text()) == {"iter": 5, "of": 20}
    assert train(tmp_path, "second")["final"]["iter"] == 20
    assert not (tmp_path / STOPPED).exists()


def test_early_end__damaged_record(tmp_path):
    train(tmp_path, "first", StopAt(5))
    (tmp_path / STOPPED).write_text("{")
    with pytest.raises(ValueError, match=r"stopped\.json is damaged.*Delete it"):
        train(tmp_path, "second", resume_from=find_resumable(tmp_path))
