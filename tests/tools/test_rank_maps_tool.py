"""rank_maps.py: table, file and picture, going on, and what cannot be ranked."""

import json
import re

import pytest
import torch
from helpers import on_toycity
from in_process import ROOT, call
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.stages import Request, Resolver

TOOL = "tools/rank_maps.py"
LCRF = ROOT / "configs" / "lcrf" / "mrnet_lcrf_gta.py"
NOISE = "kind=sign,eps=2.0,num_samples=2"
TITLE = "L_lip sign eps=2.0 num_samples=2"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Weights of two seeds of the flagship's second stage, without training."""
    folder = tmp_path_factory.mktemp("weights")
    resolver = Resolver(Request(LCRF, **on_toycity()))
    cfg = resolver.stage_config(resolver.stages[-1])
    for seed in (0, 1):
        torch.manual_seed(seed)
        with DefaultScope.overwrite_default_scope("mmseg"):
            model = MODELS.build(cfg.model)
        torch.save(model.state_dict(), folder / f"{seed}.pth")
    return folder / "0.pth", folder / "1.pth"


@pytest.fixture
def rank(monkeypatch, toy_root, tmp_path):
    """Run the tool; returns the exit code."""

    def run(*weights, more=(), noise=(NOISE,), out=tmp_path / "out"):
        fixed = ["--out", out, "--device=cpu", "--num-workers", 0]
        fixed += [
            "--toy",
            "--toy-network=random",
            "--toy-root",
            toy_root,
            "--noise",
            *noise,
        ]
        return call(monkeypatch, TOOL, LCRF, *weights, *fixed, *more)

    return run


def test_rank_maps__table_file_and_picture(rank, checkpoints, tmp_path, capsys):
    assert rank(*checkpoints, more=["--per-class", "--markdown"]) == 0
    printed = capsys.readouterr().out
    lines = [line for line in printed.splitlines() if line.startswith("|")]
    rows = {cells[1].strip(): cells for cells in (line.split("|") for line in lines)}
    assert sum("±" in cell for cell in rows["1 - confidence"][2:]) == 0  # of classes
    row = next(line for line in lines if f"| {TITLE} " in line)
    assert row.count("±") == 8  # mean and spread of two checkpoints
    assert row.endswith("2 head |")
    assert "(share of wrong pixels)" in rows
    assert re.search(r"\n2 images, [\d,]+ labelled pixels, error rate .*± ", printed)
    report = json.loads((tmp_path / "out/ranking.json").read_text())
    assert [run["checkpoint"] for run in report["runs"]] == [*map(str, checkpoints)]
    assert report["num_images"] == 2
    scores = report["runs"][0]["scores"]
    assert {"1 - confidence", "head divergence", "lipschitz (config)", TITLE} < {
        *scores
    }
    assert len(scores[TITLE]["classes"]) == len(report["classes"]) == 19
    assert scores[TITLE]["auroc_resolution"] < 1e-3
    width, height = Image.open(tmp_path / "out/ranking.png").size
    assert width > 2 * height


def test_rank_maps__measures_only_what_is_missing(rank, checkpoints, tmp_path, capsys):
    file = tmp_path / "out/ranking.json"
    assert rank(checkpoints[1]) == 0
    alone = json.loads(file.read_text())["runs"]
    equations = alone[0]["settings"]["equations"]  # of another default: measured anew
    assert "|r| <= 2 * rms(G(x)) (sign), mean of 2 draws" in equations[TITLE]
    capsys.readouterr()
    assert rank(*checkpoints) == 0
    assert "1.pth: " not in capsys.readouterr().out
    both = json.loads(file.read_text())["runs"]
    assert both[1] == alone[0]
    assert both[0]["scores"] != both[1]["scores"]
    # what is not wanted now stays
    assert rank(checkpoints[0]) == 0
    apart = json.loads(file.read_text())
    assert apart["runs"] == [both[0]]
    assert apart["other_runs"] == alone
    # other settings are measured anew
    assert rank(checkpoints[1], more=["--seed", 1]) == 0
    other = json.loads(file.read_text())["runs"]
    assert other[0]["settings"]["seed"] == 1
    assert other[0]["scores"][TITLE]["auroc"] != alone[0]["scores"][TITLE]["auroc"]
    same = "1 - confidence"
    assert other[0]["scores"][same] == alone[0]["scores"][same]


def test_rank_maps__worker_processes_change_nothing(rank, checkpoints, tmp_path):
    runs = []
    for workers in (0, 2):
        out = tmp_path / str(workers)
        assert rank(checkpoints[0], out=out, more=["--num-workers", workers]) == 0
        runs.append(json.loads((out / "ranking.json").read_text())["runs"])
    assert runs[0] == runs[1]


def test_rank_maps__some_of_the_images_and_no_noise(rank, checkpoints, tmp_path):
    assert rank(checkpoints[0], noise=(), more=["--max-images", 1, "--combine"]) == 0
    report = json.loads((tmp_path / "out/ranking.json").read_text())
    assert report["num_images"] == 1
    names = {*report["runs"][0]["scores"]}
    assert not [name for name in names if name.startswith("L_lip")]
    assert not [name for name in names if "x confidence" in name]


@pytest.mark.parametrize(
    ("noise", "more", "said"),
    [
        (["kind=sine"], (), r"unknown noise kind 'sine'"),
        (["kind=sign,esp=1"], (), "noise has no option 'esp'"),
        (["kind=sign,eps=-1"], (), "noise eps must be finite and >= 0"),
        (["num_samples=1.5"], (), "num_samples must be a whole number >= 1, got 1.5"),
        (["num_samples=x"], (), "num_samples must be a whole number >= 1, got 'x'"),
        (["eps=True"], (), "noise eps must be finite and >= 0, got True"),
        (["eps=auto"], (), "noise that is compared has a number for eps"),
        ((), ["--cfg-options", "modle.x=1"], "Did you mean 'model'?"),
        ((), ["--cfg-options", "val_dataloader=None"], "no val_dataloader"),
    ],
)
def test_rank_maps__what_cannot_be_ranked(
    rank, checkpoints, tmp_path, capsys, noise, more, said
):
    assert rank(checkpoints[0], noise=noise, more=more) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_rank_maps__one_checkpoint_given_twice(rank, checkpoints, tmp_path, capsys):
    copy = tmp_path / "copy.pth"
    copy.write_bytes(checkpoints[0].read_bytes())
    assert rank(*checkpoints, copy) == 1
    said = f"checkpoints {checkpoints[0]} and {copy} are the same file, or copies"
    assert said in capsys.readouterr().err


def test_rank_maps__every_checkpoint_is_tried_first(
    rank, checkpoints, tmp_path, capsys
):
    other = tmp_path / "full_size.pth"
    torch.save({"backbone.conv1.weight": torch.ones(64, 3, 7, 7)}, other)
    assert rank(checkpoints[0], other) == 1
    said = capsys.readouterr().err
    assert "full_size.pth' fits" in said
    assert "leave --toy out" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--noise", "sign"], "noise is KEY=VALUE,KEY=VALUE"),
        (["--noise", "eps=1,eps=2"], "has 'eps' twice"),
        (["--max-images", "0"], "must be 1 or larger"),
        (["--combine", "mean"], "invalid choice: 'mean'"),
    ],
)
def test_rank_maps__bad_command_lines(rank, checkpoints, capsys, more, said):
    assert rank(checkpoints[0], more=more) == 2
    assert said in capsys.readouterr().err


def test_rank_maps__a_file_of_something_else_is_left_alone(
    rank, checkpoints, tmp_path, capsys
):
    file = tmp_path / "out/ranking.json"
    file.parent.mkdir()
    for text in ('{"runs": [1]}', "no JSON", '{"runs": [{}]}'):
        file.write_text(text)
        assert rank(checkpoints[0]) == 1
        assert "is no file of rankings; choose another --out" in capsys.readouterr().err
        assert file.read_text() == text
