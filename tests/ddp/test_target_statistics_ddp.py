"""Two ranks end with the target's statistics of one process."""

import pytest
import torch
from gloo_ranks import run_ranks
from mmengine.hooks import Hook
from statistics_toys import build, result, saved


class StopAt(Hook):
    def __init__(self, iteration):
        self.iteration = iteration

    def after_train_iter(self, runner, *_, **__):
        if runner.iter + 1 == self.iteration:
            runner.train_loop.stop_training = True


def train(rank, folder, stop):
    ranks = dict(launcher="pytorch", batch_size=1) if rank is not None else {}
    runner = build(
        folder, str(folder), StopAt(stop), frozen=True, scores=SCORES, **ranks
    )
    runner.train()
    model = getattr(runner.model, "module", runner.model)
    return {k: v.clone() for k, v in model.state_dict().items()}


SCORES = {"4": 50.0, "4+": 20.0, "6": 30.0, "6+": 40.0}


@pytest.mark.ddp
@pytest.mark.parametrize("stop", [4, 20])
def test_target_statistics__two_ranks_as_one_process(tmp_path, stop):
    one, two = tmp_path / "one", tmp_path / "two"
    expected = train(None, str(one), stop)
    for found in run_ranks(train, str(two), stop, initialise=False):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    last = f"iter_{min(stop, 6)}.pth"
    torch.testing.assert_close(saved(two, last), saved(one, last), rtol=1e-5, atol=1e-6)
    assert result(two) == result(one)
    assert result(two)["final"]["mIoU"] == SCORES[f"{min(stop, 6)}+"]
