"""Work that rank 0 does for all: its result, and its errors, reach every rank."""

import pytest
from gloo_ranks import run_ranks

from mmseg_uda.utils.ranks import RankZeroError, on_rank_zero


class UnpicklableError(FileNotFoundError):
    def __reduce__(self):
        raise TypeError("cannot be pickled")


def fail():
    raise UnpicklableError("the disk is full")


def work(rank):
    result = on_rank_zero(lambda a, b: [rank, a, b], 1, b=2)
    with pytest.raises(RankZeroError if rank else UnpicklableError) as caught:
        on_rank_zero(fail)
    return result, str(caught.value)


@pytest.mark.ddp
def test_on_rank_zero__result_and_error_on_every_rank():
    first, second = run_ranks(work)
    assert first == ([0, 1, 2], "the disk is full")
    assert second == ([0, 1, 2], "UnpicklableError: the disk is full")


def test_on_rank_zero__one_process():
    assert on_rank_zero(lambda value: value, 3) == 3
    with pytest.raises(UnpicklableError):
        on_rank_zero(fail)
