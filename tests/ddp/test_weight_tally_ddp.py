"""What is told of weights is of all ranks."""

from types import SimpleNamespace

import pytest
import torch
from gloo_ranks import run_ranks
from torch import nn

from mmseg_uda.engine.hooks.weight_tally import WeightTally
from mmseg_uda.models.objectives import MinimizeMap, Supervised


def tally(rank):
    """Summaries of eight images, all of them or those of one of two ranks."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.rand(8, 5, 6, generator=generator)
    labels = torch.randint(0, 3, maps.shape, generator=generator)
    part = slice(None) if rank is None else slice(4 * rank, 4 * rank + 4)
    model = nn.Linear(1, 1)
    weight = dict(map="m", link="exp_neg")
    model.objectives = nn.ModuleDict(
        {"plain": MinimizeMap("m"), "pseudo": Supervised(weight=weight)}
    )
    listener = WeightTally(model, ["a", "b", "c"])
    listener.listen()
    view = SimpleNamespace(labels=labels[part])
    step = SimpleNamespace(map=lambda *_: maps[part], view=lambda _: view)
    model.objectives["pseudo"].weight(step, "decode", torch.ones_like(maps[part]))
    return listener.recent(), listener.whole(), listener.whole()


@pytest.mark.ddp
def test_weight_tally__two_ranks_as_one_process():
    recent, whole, none_left = tally(None)
    assert recent["pseudo", "decode"]["pixels"] == 240
    assert whole == recent
    assert none_left == {}
    for ranks in run_ranks(tally):
        for ours, one in zip(ranks, (recent, whole, none_left), strict=True):
            assert ours.keys() == one.keys()
            for key in one:
                assert flat(ours[key]) == pytest.approx(flat(one[key]), rel=1e-12)


def flat(numbers):
    own = {k: v for k, v in numbers.items() if k != "per_class"}
    for name, of_class in numbers["per_class"].items():
        own |= {f"{name}.{k}": v for k, v in of_class.items()}
    return own
