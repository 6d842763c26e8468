import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mmseg_uda.engine.hooks import IterationSeedHook


def draws(seed=0, iteration=0, rank=0, **kwargs):
    runner = SimpleNamespace(seed=seed, iter=iteration, rank=rank)
    IterationSeedHook(**kwargs).before_train_iter(runner, 0)
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002


def test_iteration_seed__same_place_same_numbers():
    assert draws(3, 17, 1) == draws(3, 17, 1)


@pytest.mark.parametrize("other", [(4, 17, 1), (3, 18, 1), (3, 17, 0), (17, 3, 1)])
def test_iteration_seed__other_place_other_numbers(other):
    for a, b in zip(draws(3, 17, 1), draws(*other), strict=True):
        assert a != b


def test_iteration_seed__rank_independent():
    assert draws(rank=1, rank_dependent=False) == draws(rank=0)
