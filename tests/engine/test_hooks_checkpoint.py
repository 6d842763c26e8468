import os
from pathlib import Path

import pytest
import torch
from toy_runner import NoisyToy, build_runner

from mmseg_uda.engine.checkpoints import find_resumable
from mmseg_uda.engine.hooks import AtomicCheckpointHook
from mmseg_uda.utils.finite import NonFiniteLossError

RISING = {2: 30.0, 4: 50.0}
SCORES = {2: 30.0, 4: 10.0, 6: 50.0, 8: 40.0}


class Killed(BaseException):
    """Ends the run like a signal: no handler of the library may catch it."""


def run(folder, name, scores=SCORES, max_iters=8, **kwargs):
    runner = build_runner(
        folder,
        name,
        max_iters=max_iters,
        scores=scores,
        resume_from=find_resumable(folder),
        checkpoint={"interval": 2},
        **kwargs,
    )
    runner.train()
    return runner.model.state_dict()


def names(folder):
    return sorted(p.name for p in folder.glob("*.pth"))


def test_checkpoint_hook__keeps_newest_and_best(tmp_path):
    run(tmp_path, "whole")
    assert names(tmp_path) == ["best_mIoU_iter_6.pth", "iter_8.pth"]
    assert (tmp_path / "last_checkpoint").read_text() == str(tmp_path / "iter_8.pth")


@pytest.mark.parametrize("constant_rate", [True, False])
def test_checkpoint_hook__constant_rate_is_no_reason_to_warn(
    tmp_path, capfd, constant_rate
):
    runner = build_runner(
        tmp_path,
        f"constant_{constant_rate}",
        max_iters=2,
        checkpoint={"interval": 2},
        constant_rate=constant_rate,
    )
    runner.train()
    saved = torch.load(tmp_path / "iter_2.pth", weights_only=False)  # our own file
    assert ("param_schedulers" in saved) != constant_rate
    assert "save_param_scheduler" not in "".join(capfd.readouterr())


def test_checkpoint_hook__several_best(tmp_path):
    runner = build_runner(
        tmp_path,
        "two",
        scores=SCORES,
        max_iters=8,
        checkpoint={"save_best": ["mIoU", "aAcc"], "interval": 4, "max_keep_ckpts": 2},
    )
    runner.train()
    assert names(tmp_path) == [
        "best_aAcc_iter_2.pth",
        "best_mIoU_iter_6.pth",
        "iter_6.pth",
        "iter_8.pth",
    ]


def change_counter(monkeypatch, kill_at):
    """Raise before the ``kill_at``-th replacement or deletion of a file."""
    count = [0]

    def counted(function):
        def wrapper(path, *args, **kwargs):
            if ".tmp" not in str(path) or function is os_replace:
                count[0] += 1
                if count[0] == kill_at:
                    raise Killed
            return function(path, *args, **kwargs)

        return wrapper

    os_replace, unlink = os.replace, Path.unlink
    monkeypatch.setattr(os, "replace", counted(os_replace))
    monkeypatch.setattr(Path, "unlink", counted(unlink))
    return count


@pytest.mark.slow
def test_checkpoint_hook__killed_between_any_two_file_operations(tmp_path, monkeypatch):
    """Weights, best checkpoint and results end as if nothing had happened."""
    reference = tmp_path / "whole"
    with monkeypatch.context() as patch:
        count = change_counter(patch, kill_at=None)
        expected = run(reference, "reference", max_iters=4, scores=RISING)
    assert count[0] >= 12
    result = (reference / "result.json").read_text()
    for kill_at in range(1, count[0] + 1):
        folder = tmp_path / f"killed_{kill_at}"
        with monkeypatch.context() as patch:
            change_counter(patch, kill_at)
            with pytest.raises(Killed):
                run(folder, f"killed_{kill_at}", max_iters=4, scores=RISING)
        newest = find_resumable(folder)
        saved = [p for p in names(folder) if p.startswith("iter_")]
        assert (newest is not None) == bool(saved)
        weights = run(folder, f"resumed_{kill_at}", max_iters=4, scores=RISING)
        for name, value in expected.items():
            torch.testing.assert_close(weights[name], value, rtol=0, atol=0)
        assert names(folder) == names(reference), kill_at
        assert (folder / "result.json").read_text() == result, kill_at


def test_checkpoint_hook__killed_between_iterations(tmp_path):
    expected = run(tmp_path / "whole", "whole_2")
    for stop in (1, 3, 5):
        folder = tmp_path / str(stop)
        with pytest.raises(NonFiniteLossError):
            run(folder, f"stopped_{stop}", model=NoisyToy(nan_at=stop))
        weights = run(folder, f"continued_{stop}")
        for name, value in expected.items():
            torch.testing.assert_close(weights[name], value, rtol=0, atol=0)


def test_checkpoint_hook__saves_no_accumulated_gradients_away(tmp_path):
    """Of an interval of 2, with a step every 3 iterations: iter_3, iter_6, the last."""
    expected = run(tmp_path / "whole", "whole_3", accumulate=3)
    folder = tmp_path / "stopped"
    with pytest.raises(NonFiniteLossError):
        run(folder, "stopped", model=NoisyToy(nan_at=5), accumulate=3)
    assert find_resumable(folder).endswith("iter_3.pth")
    weights = run(folder, "continued", accumulate=3)
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], value, rtol=0, atol=0)


def test_checkpoint_hook__clears_leftovers(tmp_path):
    tmp_path.joinpath(".iter_2.pth.123.tmp").write_bytes(b"half")
    tmp_path.joinpath("mine.tmp").write_bytes(b"keep")
    run(tmp_path, "leftovers", max_iters=1)
    assert not tmp_path.joinpath(".iter_2.pth.123.tmp").exists()
    assert tmp_path.joinpath("mine.tmp").exists()


def test_checkpoint_hook__never_saves_weights_that_are_not_finite(tmp_path):
    model = NoisyToy()
    runner = build_runner(tmp_path, "weights", model=model, checkpoint={"interval": 2})
    hook = next(h for h in runner.hooks if isinstance(h, AtomicCheckpointHook))
    runner.train()
    model.segmentor.weight.data[0, 0] = float("nan")
    with pytest.raises(NonFiniteLossError, match=r"segmentor\.weight"):
        hook._save_checkpoint(runner)
    assert find_resumable(tmp_path).endswith("iter_6.pth")


def test_checkpoint_hook__unknown_metric(tmp_path):
    runner = build_runner(tmp_path, "metric", checkpoint={"save_best": "mIoU13"})
    with pytest.raises(ValueError, match=r"save_best names mIoU13.*gives mIoU, aAcc"):
        runner.train()


def test_checkpoint_hook__by_epoch():
    with pytest.raises(ValueError, match="counts iterations"):
        AtomicCheckpointHook(by_epoch=True)
