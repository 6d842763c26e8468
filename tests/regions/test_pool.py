"""How many processes work on region labels unasked."""

import multiprocessing
import os

import pytest

from mmseg_uda.regions.grids.pool import default_workers


@pytest.fixture
def cores(monkeypatch):
    def pretend(count: int) -> None:
        affinity = set(range(count))
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: affinity, raising=False)

    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    return pretend


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (16, 16), (40, 40), (256, 40)])
def test_default_workers__all_cores_that_memory_suffices_for(cores, count, expected):
    cores(count)
    assert default_workers() == expected


@pytest.mark.parametrize(
    ("ranks", "expected"), [("2", 14), ("3", 5), ("4", 1), ("64", 1)]
)
def test_default_workers__ranks_share_them_and_the_memory(
    cores, monkeypatch, ranks, expected
):
    cores(256)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", ranks)
    assert default_workers() == expected


def test_default_workers__fewer_where_nothing_is_shared(cores, monkeypatch):
    cores(256)
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert default_workers() == 8
