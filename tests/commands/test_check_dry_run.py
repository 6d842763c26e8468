"""``mmseg-uda check --dry-run``: how long, and how much memory."""

import re

import pytest
from test_init import ABC, folders  # noqa: F401  (a fixture)

from mmseg_uda.commands.check_data import main
from mmseg_uda.planning.pace import Pace, measure_pace
from mmseg_uda.stages import Request


@pytest.fixture
def config(folders):  # noqa: F811
    from mmseg_uda.commands.init import main as init

    init([*ABC, "--iters", "7200"])
    return folders / "runs/cracks/cracks.py"


def test_check__a_dry_run_tells_time_and_memory(config, capsys):
    assert main([str(config), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"mmseg_uda [\d.]+, torch \S+, mmengine .* cores, \d+ GiB; ", said)
    assert re.search(r"stage_two\s*\|\s*7200\s*\|\s*\d+\.\d\d\s*\|\s*\d+\.\d\d", said)
    assert re.search(r"hours of training on \S+, .* MiB of memory", said)


def test_measure_pace__leaves_nothing_behind(config):
    before = sorted(config.parents[2].rglob("*"))
    pace = measure_pace(Request(config))
    assert set(pace.seconds) == {"stage_one", "stage_two"}
    assert pace.iters == {"stage_one": 7200, "stage_two": 7200}
    assert min(pace.seconds.values()) > 0
    assert pace.memory_mib > 100
    assert sorted(config.parents[2].rglob("*")) == before


def test_pace__says_when_memory_is_tight():
    little = Pace({}, {}, 300.0, "cuda:0", 24_000.0).memory_told()
    assert little == "about 300 MiB of memory on cuda:0, which has 24,000"
    much = Pace({}, {}, 20_000.0, "cuda:0", 24_000.0).memory_told()
    assert "that is tight. Less is taken by smaller images (--longest)" in much
