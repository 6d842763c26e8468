"""tools/make_region_labels.py and the same stage in tools/train.py."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import region_leaf
from in_process import call
from toy_runs import ENVIRONMENT, ROOT

from mmseg_uda.stages.config.overrides import regions_in
from mmseg_uda.stages.kinds import train as train_kind

TOOL = "tools/make_region_labels.py"
SMALLER = [
    "--cfg-options",
    *(f"regions.rules.{size}.min_samples=3" for size in ("small", "medium", "large")),
]


@pytest.fixture
def leaf(tmp_path):
    return region_leaf(tmp_path)


def files(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def arguments(leaf, toy_root, *more):
    fixed = [
        leaf,
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
        *more,
        *SMALLER,
    ]
    return [str(value) for value in fixed]


@pytest.mark.slow
def test_tool__labels_by_shards_and_the_stage_takes_them(
    leaf, toy_root, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "run" / "regions"
    fixed = ["--out", out, "--workers", 1]
    command = arguments(leaf, toy_root, *fixed, "--shard", "2/2")
    assert call(monkeypatch, TOOL, *command) == 0
    said = capsys.readouterr().out
    assert "labelling patches: 3/3" in said
    assert "part 2 of 2 is labelled" in said
    assert call(monkeypatch, TOOL, *arguments(leaf, toy_root, *fixed)) == 0
    said = capsys.readouterr().out
    assert "labelling patches: 3/3" in said
    assert "no relation %" in said
    report = json.loads((out / "region_labels.json").read_text())
    assert report["images"] == 6
    assert {s: e["grid"] for s, e in report["sizes"].items()} == dict(
        small=[45, 40], medium=[22, 20], large=[10, 10]
    )
    # the stage finds them there
    given = []
    monkeypatch.setattr(train_kind, "train", lambda *args: given.append(args))
    command = arguments(leaf, toy_root, "--work-dir", tmp_path / "run")
    before = files(out)
    assert call(monkeypatch, "tools/train.py", *command) == 1  # leaves no checkpoint
    assert "labelling patches" not in capsys.readouterr().out
    assert before.items() <= files(out).items()
    (node,) = regions_in(given[0][0])
    assert node["region_dir"] == str(out)
    assert (out / "done.json").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--shard", "3/2"], "such as 1/4, got 3/2"),
        (["--stage", "train"], "is a TrainStage, not a RegionGridStage. Of these the"),
        (["--stage", "region"], "mean 'regions'"),
        (
            ["--cfg-options", "regions.rules.smal.eps=1"],
            "rules.smal has no 'type', got {'eps': 1}. Those with one: small,",
        ),
    ],
)
def test_tool__says_what_is_wrong(
    leaf, toy_root, tmp_path, monkeypatch, capsys, more, said
):
    command = arguments(leaf, toy_root, "--out", tmp_path / "out", *more)
    assert call(monkeypatch, TOOL, *command) == 1
    assert said in capsys.readouterr().err


def test_tool__config_without_grids(leaf, toy_root, monkeypatch, capsys):
    baseline = ROOT / "configs" / "mlan" / "baseline_gta.py"
    assert call(monkeypatch, TOOL, *arguments(baseline, toy_root)[:-4]) == 1
    assert "baseline_gta.py has no RegionGridStage" in capsys.readouterr().err


def test_tool__shard_is_read(leaf, monkeypatch, capsys):
    assert call(monkeypatch, TOOL, str(leaf), "--shard", "half") == 2
    assert "must be I/N, such as 1/4, got 'half'" in capsys.readouterr().err


def members(session):
    """Processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = path.read_text().rpartition(") ")[2].split()[:4]
        except (OSError, ValueError):  # it has just ended
            continue
        if int(of) == session and state != "Z":
            found.append(path.parent.name)
    return found


@pytest.mark.nightly
def test_tool__killed_with_its_processes(leaf, toy_root, tmp_path, monkeypatch):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    undisturbed = arguments(leaf, toy_root, "--out", whole, "--workers", 1)
    assert call(monkeypatch, TOOL, *undisturbed) == 0
    process = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / TOOL),
            *arguments(leaf, toy_root, "--out", killed, "--workers", 2),
        ],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 300
    while not list((killed / "labels").rglob("*.png")):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()  # it alone: its processes end by themselves
    process.wait()
    while members(process.pid):
        assert time.monotonic() < end, "processes outlive the one they work for"
        time.sleep(0.1)
    assert not (killed / "region_labels.json").exists()
    rest = arguments(leaf, toy_root, "--out", killed, "--workers", 1)
    assert call(monkeypatch, TOOL, *rest) == 0
    assert files(killed) == files(whole)
