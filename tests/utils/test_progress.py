"""Progress of long work, on a terminal and off it."""

import io
import subprocess
import sys
from types import SimpleNamespace

import pytest
from rich.console import Console

from mmseg_uda.utils import progress


def console(**kwargs):
    return Console(file=io.StringIO(), width=80, **kwargs)


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock.now)
    return clock


def lines(clock, seconds_each, total):
    out = console()
    for _ in progress.with_progress(range(total), total, "predicting labels", out):
        clock.now += seconds_each
    return out.file.getvalue().splitlines()


def test_with_progress__lines_off_a_terminal(clock):
    # after 10 s, and 10 s later again, as a tenth of 20 s is less than that
    assert lines(clock, 5.0, 6) == [
        "predicting labels: 2/6, 0:00:20 left",
        "predicting labels: 4/6, 0:00:10 left",
        "predicting labels: 6/6, done in 0:00:30",
    ]


@pytest.mark.parametrize(("total", "most"), [(2975, 70), (100_000, 110)])
def test_with_progress__not_thousands_of_lines(clock, total, most):
    assert 30 < len(lines(clock, 5.0, total)) < most


def test_with_progress__short_work_is_one_line(clock):
    assert lines(clock, 0.1, 4) == ["predicting labels: 4/4, done in 0:00:00"]


def test_with_progress__bar_on_a_terminal():
    out = console(force_terminal=True)
    items = list(progress.with_progress("abc", 3, "predicting labels", out))
    assert items == ["a", "b", "c"]
    assert "3/3" in out.file.getvalue()


def test_with_progress__is_seen_when_the_package_is_imported_first():
    # mmengine's ProgressBar keeps the standard output of the moment of its import,
    # which is silenced while this package is imported
    code = (
        "import mmseg_uda\nfrom mmseg_uda.pseudo_labels import generate\n"
        "list(generate.with_progress([1], 1, 'predicting labels'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "predicting labels: 1/1" in done.stdout
