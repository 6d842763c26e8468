"""Trainings that end with the target's batch norm statistics."""

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EarlyStoppingHook, EMAHook, Hook
from statistics_toys import NormedToy, build, result, saved, statistics_expected
from torch.testing import assert_close

from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.engine.hooks import TargetStatisticsHook


class StopAt(Hook):
    """Ends a training after an iteration, whatever was validated."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_train_iter(self, runner, *_, **__):
        if runner.iter + 1 == self.iteration:
            runner.train_loop.stop_training = True


class Killed(BaseException):
    pass


class Kill(Hook):
    """Kills a training at a moment: a method of hooks, a priority, a number of calls.

    ``adapted`` counts those alone at which the network has its statistics.
    """

    def __init__(self, moment, priority="LOWEST", call=1, adapted=False):
        self.priority, self.left, self.adapted = priority, call, adapted
        setattr(self, moment, self.count)

    def count(self, runner, *_, **__):
        tracked = runner.model.segmentor.bn.num_batches_tracked.item()
        self.left -= not self.adapted or tracked == 23
        if self.left == 0:
            raise Killed


def has_statistics(folder, name):
    state = saved(folder, name)
    mean, variance = statistics_expected(folder, state)
    found = (state[f"segmentor.bn.running_{k}"].double() for k in ("mean", "var"))
    return all(
        torch.allclose(a, b, rtol=1e-5, atol=1e-6)
        for a, b in zip(found, (mean, variance), strict=True)
    )


def test_last_iteration__is_saved_and_scored_with_the_statistics(tmp_path):
    scores = {"2": 10.0, "4": 50.0, "6": 60.0, "6+": 40.0}
    build(tmp_path / "run", "whole", scores=scores).train()
    run = tmp_path / "run"
    assert has_statistics(run, "iter_6.pth")
    assert not has_statistics(run, "best_mIoU_iter_4.pth")
    assert [r["mIoU"] for r in result(run)["history"]] == [10.0, 50.0, 40.0]
    assert result(run)["final"]["mIoU"] == 40.0


SCORES = {"2": 10.0, "4": 50.0, "4+": 20.0, "6+": 40.0}
BETTER = {**SCORES, "4+": 70.0}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Train once for each way to end that is asked for; return the folder."""
    known = {}

    def train(stop, scores):
        key = (stop, scores["4+"])
        if key not in known:
            known[key] = tmp_path_factory.mktemp("whole") / "run"
            build(known[key], f"whole {key}", StopAt(stop), scores=scores).train()
        return known[key]

    return train


@pytest.mark.parametrize(
    "kill",
    [
        dict(moment="after_train_iter", call=5),
        dict(moment="after_train_iter", priority=80, adapted=True),  # not saved
        dict(moment="after_val_iter", call=3, adapted=True),  # not scored
        dict(moment="after_train", priority="HIGHEST"),
    ],
    ids=str,
)
def test_kill__ends_as_the_uninterrupted_training(tmp_path, uninterrupted, kill):
    whole = uninterrupted(20, SCORES)
    check_kill(tmp_path / "run", whole, "iter_6.pth", Kill(**kill), 20, SCORES)


@pytest.mark.parametrize(
    ("kill", "scores"),
    [
        (dict(moment="after_train_epoch", priority=15), SCORES),  # not adapted
        (dict(moment="before_val", adapted=True), SCORES),  # not scored
        (dict(moment="after_val", adapted=True), SCORES),  # scored, not saved
        # the best checkpoint is there, and not yet its result
        (dict(moment="after_val_epoch", priority=95, adapted=True), BETTER),
        (dict(moment="after_train", priority="HIGHEST"), BETTER),
    ],
    ids=str,
)
def test_kill__of_a_training_that_ends_early(tmp_path, uninterrupted, kill, scores):
    run = tmp_path / "run"
    whole = uninterrupted(4, scores)
    check_kill(run, whole, "iter_4.pth", Kill(**kill), 4, scores)
    both = [10.0, 50.0, scores["4+"]]
    assert [r["mIoU"] for r in result(run)["history"]] == both


def check_kill(run, whole, last, kill, stop, scores):
    with pytest.raises(Killed):
        build(run, f"{run} killed", kill, StopAt(stop), scores=scores).train()
    resume = find_resumable(run)
    # what has stopped it does not fire again
    build(run, f"{run} resumed", resume_from=resume, scores=scores).train()
    assert has_statistics(run, last)
    assert result(run) == result(whole)
    assert (run / "last_checkpoint").read_text().endswith(last)
    for name in (last, "best_mIoU_iter_4.pth"):
        assert_close(saved(run, name), saved(whole, name), rtol=0, atol=0)


def test_early_end__between_validations_and_checkpoints(tmp_path):
    run = tmp_path / "run"
    scores = {"2": 10.0, "4": 50.0, "5+": 70.0}
    build(run, "between", StopAt(5), scores=scores).train()
    assert max(iteration_checkpoints(run)) == 5
    assert (run / "last_checkpoint").read_text().endswith("iter_5.pth")
    assert has_statistics(run, "iter_5.pth")
    assert has_statistics(run, "best_mIoU_iter_5.pth")
    assert result(run)["final"] == result(run)["best"]
    assert [r["iter"] for r in result(run)["history"]] == [2, 4, 5]


@pytest.mark.parametrize(("plus", "best"), [(20.0, 50.0), (70.0, 70.0)])
def test_early_end__best_checkpoint_is_that_of_the_best_result(tmp_path, plus, best):
    run = tmp_path / "run"
    scores = {"2": 10.0, "4": 50.0, "4+": plus}
    build(run, f"best {best}", StopAt(4), scores=scores).train()
    assert result(run)["final"] == {"iter": 4, "mIoU": plus, "aAcc": 50.0}
    assert result(run)["best"]["mIoU"] == best
    assert has_statistics(run, "iter_4.pth")
    assert has_statistics(run, "best_mIoU_iter_4.pth") == (best == plus)


def test_early_end__of_mmengines_early_stopping(tmp_path):
    run = tmp_path / "run"
    scores = {"2": 50.0, "4": 20.0, "6": 10.0, "6+": 15.0}
    stop = EarlyStoppingHook(monitor="mIoU", patience=2)
    build(run, "impatient", stop, scores=scores, max_iters=20).train()
    assert (result(run)["final"]["iter"], result(run)["final"]["mIoU"]) == (6, 15.0)
    assert result(run)["best"]["iter"] == 2
    assert has_statistics(run, "iter_6.pth")
    assert not has_statistics(run, "best_mIoU_iter_2.pth")


@pytest.mark.parametrize("frozen", [True, False])
def test_start__frozen_norms_keep_the_statistics(tmp_path, frozen):
    run = tmp_path / "run"
    scores = {"2+": 20.0, "4+": 40.0} if frozen else {"4": 50.0}
    options = dict(frozen=frozen, at="start", max_iters=4)
    build(run, f"start {frozen}", scores=scores, **options).train()
    expected = statistics_expected(run, NormedToy().state_dict())
    state = saved(run, "iter_4.pth")
    for key, values in zip(("mean", "var"), expected, strict=True):
        found = state[f"segmentor.bn.running_{key}"].double()
        assert torch.allclose(found, values, rtol=1e-5, atol=1e-6) == frozen
    assert result(run)["final"]["mIoU"] == (40.0 if frozen else 50.0)
    assert [r["iter"] for r in result(run)["history"]] == [2, 4]  # at the end once


def test_start__once_in_a_training_that_is_resumed(tmp_path):
    options = dict(frozen=True, at="start", max_iters=4)
    build(tmp_path / "whole", "start whole", **options).train()
    run = tmp_path / "run"
    with pytest.raises(Killed):
        build(run, "start k", Kill("after_train_iter", "HIGHEST", 4), **options).train()
    resume = find_resumable(run)
    assert resume.endswith("iter_3.pth")
    build(run, "start resumed", resume_from=resume, **options).train()
    both = (saved(folder, "iter_4.pth") for folder in (run, tmp_path / "whole"))
    assert_close(*both, rtol=0, atol=0)


CFG = dict(
    train_dataloader=dict(dataset=dict(domains=dict(source=None, target={}))),
    test_dataloader=dict(dataset=dict(pipeline=[dict(type="PackSegInputs")])),
)


def test_check__says_what_fails_at_the_end():
    cfg, norm = Config(CFG), torch.nn.Sequential(torch.nn.BatchNorm2d(2))
    assert TargetStatisticsHook("target").check(cfg, norm, [Hook])
    for options, hooks, said in (
        (dict(domain="target"), [EMAHook], "EMAHook saves and scores an average"),
        (dict(domain="tagret"), [], r"'tagret', .* has target\. Did you mean 'target'"),
        (dict(domain="source"), [], r"domain='source', .* has target\.$"),
        (dict(domain="sorce"), [], r"Did you mean 'source'\? No objective looks at"),
        (dict(domain="target", layers=["1.*"]), [], r"names '1\.\*', which fits none"),
    ):
        with pytest.raises(ValueError, match=said):
            TargetStatisticsHook(**options).check(cfg, norm, hooks)
    assert TargetStatisticsHook("target", "start").check(cfg, norm, [EMAHook])
    cfg.test_dataloader = None
    with pytest.raises(ValueError, match=r"has no test_dataloader\.dataset\.pipeline"):
        TargetStatisticsHook("target").check(cfg, norm, [])


def test_class_shares__of_other_classes_are_found_before_training():
    model = torch.nn.Sequential(torch.nn.BatchNorm2d(3))
    model.num_classes = 2
    hook = TargetStatisticsHook("target", class_shares=(0.5, 0.2, 0.3))
    with pytest.raises(ValueError, match=r"has 3 numbers, but .* predicts 2 classes"):
        hook.check(Config(), model, [])


def test_network_without_batch_norm__passes_with_a_warning(tmp_path):
    runner = build(tmp_path / "run", "no norm", max_iters=2)
    runner.model.segmentor.bn = torch.nn.GroupNorm(1, 2)
    runner.model.segmentor.bn.num_batches_tracked = torch.tensor(0)
    runner.train()
    log = next((tmp_path / "run").glob("*/*.log")).read_text()
    assert "TargetStatisticsHook: the network has no batch norm" in log
    assert (tmp_path / "run" / "iter_2.pth").exists()


def test_option_out_of_range__is_refused_when_built():
    with pytest.raises(ValueError, match="blend must be in"):
        TargetStatisticsHook("target", blend=1)
    with pytest.raises(ValueError, match="unknown at 'begin', choose one of: st"):
        TargetStatisticsHook("target", at="begin")
