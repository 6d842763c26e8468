"""Studies of a parameter: runs, resume, table, figure."""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from in_process import call
from mmengine.config import Config
from PIL import Image
from test_benchmark import TRAIN, calls

from mmseg_uda.benchmark import Benchmark, draw_sweep, read_sweep, sweep_table
from mmseg_uda.commands.run_options import parse_run_args

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "docs" / "benchmarks").glob("*_*.yml"))

STUDY = """
option: model.objectives.adversarial.loss_weight.decode
label: lambda
task: gta
values: [0.001, 0.01]
curves:
- {name: MRNet, config: mrnet/mrnet}
- {name: AdvEnt, config: advent/advent, option: model.x}
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "train.py").write_text(
        TRAIN.replace("*whole, file=calls", "sys.argv[-1], file=calls")
    )
    (tmp_path / "study.yml").write_text(STUDY)
    return tmp_path


def study_of(root):
    return read_sweep(root / "study.yml", root / "configs")


def run(root, seeds):
    runs = study_of(root).runs(seeds)
    toy = root / "toy"
    Benchmark(runs, root / "r.json", root / "work", root, toy).run(2, str)
    return json.loads((root / "r.json").read_text())


def test_runs__have_the_option_and_a_folder_each(root):
    results = run(root, (0,))
    assert set(results) == {
        "mrnet_gta_adversarial_0.001/seed0",
        "mrnet_gta_adversarial_0.01/seed0",
        "advent_gta_x_0.001/seed0",
        "advent_gta_x_0.01/seed0",
    }
    key = "model.objectives.adversarial.loss_weight.decode"
    assert ["mrnet_gta", "0", f"{key}=0.01"] in calls(root)
    assert ["advent_gta", "0", "model.x=0.001"] in calls(root)
    before = len(calls(root))
    run(root, (0, 1))
    assert len(calls(root)) == before + 4


def test_runs__of_options_that_end_alike_have_a_folder_each(root):
    other = ("advent/advent, option: model.x", "mrnet/mrnet, option: a.adversarial")
    (root / "study.yml").write_text(STUDY.replace(*other))
    names = {run.name for run in study_of(root).runs((0,))}
    assert len(names) == 4
    assert "mrnet_gta_a.adversarial_0.01/seed0" in names


def test_table__of_synthia_has_the_mean_of_16_classes(root):
    (root / "study.yml").write_text(STUDY.replace("task: gta", "task: synthia"))
    results = {
        "mrnet_synthia_adversarial_0.01/seed0": {"final": {"mIoU": 1.0, "mIoU16": 2.0}}
    }
    table = sweep_table(study_of(root), (0,), results)
    assert "| MRNet | not run | 2.00 |" in table


@pytest.mark.parametrize("there", [False, True])
def test_tool__draws_only_what_is_there(root, monkeypatch, capsys, there):
    if there:
        run(root, (0,))
    options = ["--draw-only", "--results", root / "r.json", "--seeds", "0", "0"]
    code = call(monkeypatch, "tools/sweep.py", root / "study.yml", *options)
    said = capsys.readouterr()
    assert (code, (root / "study.png").exists()) == ((0, True) if there else (1, False))
    assert there == ("| MRNet | 10.00 | 10.00 |" in said.out)
    assert there or "has none of the 4 runs" in said.err


def test_table_and_figure__of_what_is_there(root, tmp_path):
    results = run(root, (0, 2))
    del results["advent_gta_x_0.001/seed0"], results["advent_gta_x_0.001/seed2"]
    lines = sweep_table(study_of(root), (0, 2), results).splitlines()
    assert lines[0] == "| lambda | 0.001 | 0.01 |"
    assert "| MRNet | 11.00 ± 1.41 | 11.00 ± 1.41 |" in lines
    assert "| AdvEnt | not run | 11.00 ± 1.41 |" in lines
    draw_sweep(study_of(root), (0, 2), results, tmp_path / "figure.png")
    drawn = np.asarray(Image.open(tmp_path / "figure.png").convert("RGB"))
    colours = {tuple(c) for c in drawn.reshape(-1, 3)[::7]}
    assert {(31, 119, 180), (255, 127, 14)} <= colours  # a curve each
    # nothing is cut off: there is room at every edge
    for edge in (drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1]):
        assert (edge == 255).all()
    draw_sweep(study_of(root), (5,), results, tmp_path / "none.png")
    assert (tmp_path / "none.png").is_file()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label: lambda", "", "must hold curves, label"),
        ("task: gta", "task: gta5", "unknown task 'gta5'"),
        ("0.001, 0.01", "1e-3", "write 0.001"),
        ("mrnet/mrnet", "mrnet/none", "has no config"),
        ("0.001, 0.01", "0.001, 0.00100000001", "must differ within six digits"),
        ("option: model.x}", "optoin: model.x}", "list of {name.*'optoin'"),
        ("name: MRNet, ", "", "list of {name.*got {'config'"),
        ("curves:", "curves: 3\nrest:", "must hold curves"),
        (STUDY[STUDY.index("curves") :], "curves: []", r"list of {name.*got \[\]"),
        (STUDY, "label: [", "cannot be read as YAML"),
    ],
)
def test_study__that_is_wrong_is_refused(root, old, new, message):
    (root / "study.yml").write_text(STUDY.replace(old, new))
    with pytest.raises(ValueError, match=message):
        study_of(root)


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_shipped_studies__vary_an_option_that_is_there(file):
    study = read_sweep(file, ROOT / "configs")
    for curve in study.curves:
        cfg = Config.fromfile(curve.rows[0].file(ROOT / "configs", study.task))
        fixed = dict(text.split("=") for text in curve.rows[0].options[:-1])
        cfg.merge_from_dict({k: yaml.safe_load(v) for k, v in fixed.items()})
        node = cfg
        for key in curve.option.split("."):
            node = node[key]
        assert node in study.values


def test_study__options_that_all_values_of_a_curve_have(root):
    more = "mrnet/mrnet, options: {a.b: 3}"
    (root / "study.yml").write_text(STUDY.replace("mrnet/mrnet", more))
    key = "model.objectives.adversarial.loss_weight.decode"
    mrnet, advent = study_of(root).curves
    assert mrnet.rows[1].options == ("a.b=3", f"{key}=0.01")
    assert advent.rows[1].options == ("model.x=0.01",)
    before = [row.label for row in mrnet.rows]
    (root / "study.yml").write_text(STUDY)
    assert [row.label for row in study_of(root).curves[0].rows] == before


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("model.objectives.adversaril.loss_weight", "'AdvEnt' with .*adversaril"),
        ("modl.x", "'AdvEnt' with modl.x=0.001: .* 'modl'"),
    ],
)
def test_tool__misspelt_option_is_found_before_anything_is_trained(
    root, monkeypatch, capsys, option, message
):
    (root / "study.yml").write_text(STUDY.replace("model.x", option))
    options = ["--results", root / "r.json", "--work-dir", root / "work"]
    assert call(monkeypatch, "tools/sweep.py", root / "study.yml", *options) == 1
    assert re.search(message, capsys.readouterr().err)
    assert not (root / "work").exists() or not list((root / "work").rglob("*.log"))


def test_work_dir__is_named_after_the_file(root):
    parser = argparse.ArgumentParser()
    parser.add_argument("study", type=Path)
    args = parse_run_args(parser, "study", [str(root / "study.yml")])
    assert args.work_dir == Path("work_dirs", "study")
    assert args.results == root / "study.json"
