"""Benchmarks: rows, runs that wait for each other and resume, the page."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from mmseg_uda.benchmark import (
    Benchmark,
    Row,
    Run,
    benchmark_table,
    draw_benchmark,
    fill_readmes,
    read_rows,
    replace_table,
)
from mmseg_uda.benchmark.processes import Processes

ROOT = Path(__file__).parents[2]
ROWS = ROOT / "docs" / "benchmarks" / "lcda.yml"

# Stands in for tools/train.py: notes how it was called, and writes what that leaves.
TRAIN = """
import json, sys
from pathlib import Path
value = lambda flag: sys.argv[sys.argv.index(flag) + 1]
folder, config = Path(value("--work-dir")), Path(sys.argv[1])
begin = sys.argv.index("--reuse") + 1 if "--reuse" in sys.argv else len(sys.argv)
runs = [word for word in sys.argv[begin:] if word.startswith("/")]
with open(Path(__file__).parent / "calls.txt", "a") as calls:
    # what has been finished there by now, not only begun
    whole = [run for run in runs if list(Path(run).glob("*/done.json"))]
    print(config.stem, value("--seed"), *whole, file=calls)
if (Path(__file__).parent / "fail").exists() and config.stem == "mrnet_gta":
    print("no way")
    sys.exit(3)
last = "train" if "stages = " not in config.read_text() else "stage_two"
(folder / "network").write_text(value("--toy-network"))
score = {"mIoU": 10.0 + int(value("--seed")), "iter": 7}
for name in {"stage_one", last} if whole else {last}:
    (folder / name).mkdir(parents=True)
    done = {"taken_over_from": whole[0] + "/train"} if name == "stage_one" else {}
    (folder / name / "done.json").write_text(json.dumps(done))
(folder / last / "result.json").write_text(json.dumps({"final": score, "best": score}))
"""

SLEEP = """
import os, time
from pathlib import Path
file = Path(__file__).with_name("pid")
file.with_suffix(".part").write_text(str(os.getpid()))
file.with_suffix(".part").rename(file)
time.sleep(600)
"""

BENCHMARK = """
import sys
from argparse import Namespace
from pathlib import Path
from mmseg_uda.benchmark import Row, Run, command
root = Path(sys.argv[1])
command.ensure_toycity = lambda root: None
places = dict(results=root / "r.json", work_dir=root / "w", toy_root=root / "t")
args = Namespace(**places, cfg_options=[], jobs=1, toy_network=None)
command.train_missing(args, [Run(Row("MRNet", "mrnet/mrnet"), "gta", 0)], root)
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "train.py").write_text(TRAIN)
    return tmp_path


def calls(root):
    return [
        line.split(" ") for line in (root / "tools/calls.txt").read_text().split("\n")
    ]


def bench(
    root,
    seeds=(0, 1),
    names=("MRNet+LCRF", "MRNet"),
    options=(),
    network="pretrained",
):
    rows = {row.name: row for row in read_rows(ROWS, ROOT / "configs")}
    runs = [Run(rows[name], "gta", seed) for seed in seeds for name in names]
    toy = root / "toy"
    places = (root / "r.json", root / "work", root, toy)
    return Benchmark(runs, *places, options, network)


def test_rows__have_the_papers_numbers_of_both_tasks():
    rows = {row.name: row for row in read_rows(ROWS, ROOT / "configs")}
    assert rows["LCDA"].paper == {
        "gta": {"mIoU": 44.0},
        "synthia": {"mIoU16": 40.9, "mIoU13": 47.4},
    }
    assert rows["Source + AdaBN"].paper == {"gta": {}, "synthia": {}}
    assert len(rows) == 17


def test_rows_of_mlan__have_the_numbers_of_its_ablation():
    rows = read_rows(ROWS.with_name("mlan.yml"), ROOT / "configs")
    assert {
        row.name: row.paper["gta"]["mIoU"] for row in rows if row.paper.get("gta")
    } == {
        "Baseline": 36.6,
        "RLL": 39.3,
        "RL-AL": 43.7,
        "Regularized RL-AL": 46.1,
        "IL-AL": 43.3,
        "Regularized IL-AL": 46.9,
        "CR-AL": 49.1,
        "+IT": 50.2,
        "+RIT": 51.4,
        "+ST": 50.8,
        "+RST": 52.1,
        "MLAN": 53.2,  # Table 3; Table 2 has 53.6
    }
    # of SYNTHIA the paper has the last row alone
    assert not any(row.paper.get("synthia") for row in rows[:-1])
    assert rows[-1].paper["synthia"] == {"mIoU16": 50.3, "mIoU13": 58.1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows: []", "must hold `rows`"),
        ("rows: [a]", "must hold `rows`"),
        ("rows: [", "cannot be read as YAML: while parsing"),
        ("rows:\n- {name: a}", "must hold `rows`"),
        ("rows:\n- {name: a, config: no/such}", r"no config .*no/such_gta\.py"),
        ("rows:\n- {name: a, config: b, x: c}", "must hold `rows`"),
        ("rows:\n- {name: a, config: b, options: [c=1]}", "must be a mapping"),
        (
            "rows:\n- {name: LCDA, config: a}\n- {name: b, config: b, against: [LCAD]}",
            r"'b' is compared with 'LCAD', which is no row\. Did you mean 'LCDA'",
        ),
    ],
)
def test_rows__that_are_wrong_are_refused(tmp_path, text, message):
    file = tmp_path / "rows.yml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_rows(file, ROOT / "configs")


def test_row_with_options__is_a_run_of_its_own_without_numbers_of_the_paper(root):
    file = root / "rows.yml"
    file.write_text(
        "rows:\n- {name: MRNet, config: mrnet/mrnet}\n"
        "- {name: 'MRNet, 8 images', config: mrnet/mrnet,\n"
        "   options: {train_dataloader.batch_size: 8, stage.x: [1, 2]}}"
    )
    plain, changed = read_rows(file, ROOT / "configs")
    assert plain.paper["gta"] == {"mIoU": 45.5}
    assert changed.paper == {}
    runs = [Run(row, "gta", 0) for row in (plain, changed)]
    Benchmark(runs, root / "r.json", root / "w", root, root / "t").run(1, print)
    results = json.loads((root / "r.json").read_text())
    name = "mrnet_gta_mrnet_8_images/seed0"
    assert results[name]["options"] == [
        "train_dataloader.batch_size=8",
        "stage.x=[1, 2]",
    ]
    assert results["mrnet_gta/seed0"]["options"] == []
    table = benchmark_table([plain, changed], [0], results)
    assert "| MRNet, 8 images | - | not run | 10.00" in table
    file.write_text(file.read_text().replace("batch_size: 8", "batch_size: 9"))
    runs = [Run(row, "gta", 0) for row in read_rows(file, ROOT / "configs")]
    with pytest.raises(ValueError, match=r"now train_dataloader\.batch_size=9"):
        Benchmark(runs, root / "r.json", root / "w", root, root / "t").run(1, print)


@pytest.mark.parametrize("jobs", [1, 2])
def test_runs__take_over_what_they_repeat_of_their_own_seed(root, jobs):
    lines = []
    bench(root).run(jobs, lines.append)
    assert lines[0].startswith("4 of 4 runs to train")
    assert len(lines) == 5
    made = {(name, seed): runs for name, seed, *runs in calls(root)[:-1]}
    work = root / "work"
    assert made == {
        ("mrnet_gta", "0"): [],
        ("mrnet_gta", "1"): [],
        ("mrnet_lcrf_target_only_gta", "0"): [str(work / "mrnet_gta/seed0")],
        ("mrnet_lcrf_target_only_gta", "1"): [str(work / "mrnet_gta/seed1")],
    }
    results = json.loads((root / "r.json").read_text())
    taken_over = {"stage_one": "mrnet_gta/seed1/train"}
    assert results["mrnet_lcrf_target_only_gta/seed1"]["taken_over"] == taken_over
    assert results["mrnet_gta/seed1"]["taken_over"] == {}
    assert results["mrnet_gta/seed1"]["final"]["mIoU"] == 11.0
    assert results["mrnet_gta/seed1"]["cost"]["peak_mib"] > 1


def test_runs__that_wait_leave_their_place_to_others(root, monkeypatch):
    """Of two places MRNet has one; MRNet+LCRF waits for it, the next seed does not."""
    benchmark, train = bench(root), Benchmark._train
    others, running = threading.Event(), []

    def slow(self, run):
        running.append(run.name)
        assert len(running) <= 2
        if run.name == "mrnet_gta/seed0":
            assert others.wait(20)
        if run.seed == 1:
            others.set()
        result = train(self, run)
        running.remove(run.name)
        return result

    monkeypatch.setattr(Benchmark, "_train", slow)
    benchmark.run(2, str)
    assert len(benchmark.finished()) == 4


def test_runs__wait_for_all_that_they_repeat(root):
    rows = {
        row.name: Run(row, "gta", 0)
        for row in read_rows(ROWS.with_name("mlan.yml"), ROOT / "configs")
    }
    runs = list(rows.values())
    benchmark = Benchmark(runs, root / "r", root / "w", root, root / "toy")
    repeated = benchmark._repeated
    assert repeated(rows["MLAN"]) == [rows["CR-AL"], rows["+RIT"]]
    assert repeated(rows["+RIT"]) == repeated(rows["+RST"]) == [rows["CR-AL"]]
    assert repeated(rows["CR-AL"]) == repeated(rows["Baseline"]) == []


def test_runs__that_are_there_are_not_trained_again(root):
    bench(root, seeds=(0,)).run(1, print)
    before = len(calls(root))
    bench(root, seeds=(0,)).run(1, print)
    assert len(calls(root)) == before
    bench(root, seeds=(0, 2)).run(1, print)
    assert len(calls(root)) == before + 2


def test_runs__of_other_options_are_not_mixed(root):
    bench(root, seeds=(0,), options=["a=1", "b=2"]).run(1, print)
    results = json.loads((root / "r.json").read_text())
    assert results["mrnet_gta/seed0"]["options"] == ["a=1", "b=2"]
    before = len(calls(root))
    bench(root, seeds=(0,), options=["b=2", "a=1"]).run(1, print)
    with pytest.raises(ValueError, match="a=1 b=2, now a=3 is given"):
        bench(root, seeds=(0, 1), options=["a=3"]).run(1, print)
    with pytest.raises(ValueError, match=r"now \(none\) is given"):
        bench(root, seeds=(0,)).run(1, print)
    assert len(calls(root)) == before
    # results from before the options were kept are taken as they are
    for record in results.values():
        del record["options"]
    (root / "r.json").write_text(json.dumps(results))
    bench(root, seeds=(0,)).run(1, print)
    assert len(calls(root)) == before


def test_runs__of_another_small_network_are_not_mixed(root):
    bench(root, seeds=(0,), network="random").run(1, print)
    assert (root / "work/mrnet_gta/seed0/network").read_text() == "random"
    results = json.loads((root / "r.json").read_text())
    assert results["mrnet_gta/seed0"]["toy_network"] == "random"
    with pytest.raises(ValueError, match="--toy-network random, now pretrained is"):
        bench(root, seeds=(0, 1)).run(1, print)
    # all results from before there was a choice are of that one
    for record in results.values():
        del record["toy_network"]
    (root / "r.json").write_text(json.dumps(results))
    bench(root, seeds=(0,), network="random").run(1, print)
    with pytest.raises(ValueError, match="--toy-network random, now pretrained is"):
        bench(root, seeds=(0,)).run(1, print)


def test_runs__go_on_after_a_failure_and_know_no_cost_then(root):
    (root / "tools" / "fail").touch()
    with pytest.raises(RuntimeError, match=r"exit status 3.*seed0/run\.log.*\nno way$"):
        bench(root, seeds=(0,)).run(1, print)
    assert not (root / "r.json").exists()
    (root / "tools" / "fail").unlink()
    bench(root, seeds=(0,)).run(1, print)
    results = json.loads((root / "r.json").read_text())
    assert results["mrnet_gta/seed0"]["cost"] is None
    assert results["mrnet_lcrf_target_only_gta/seed0"]["cost"] is not None


def test_runs__end_with_a_benchmark_that_is_told_to_end(root):
    (root / "tools" / "train.py").write_text(SLEEP)
    with subprocess.Popen([sys.executable, "-c", BENCHMARK, str(root)]) as benchmark:
        pid = wait_for(root / "tools" / "pid")
        benchmark.terminate()
        assert benchmark.wait(30) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def wait_for(file):
    for _ in range(600):
        if file.exists():
            return file.read_text()
        time.sleep(0.1)
    return pytest.fail(f"no {file}")


def test_runs__damaged_results(root):
    (root / "r.json").write_text("{")
    with pytest.raises(ValueError, match=r"r.json is damaged: .* not trained again"):
        bench(root).run(1, str)


def test_rows__that_are_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"no.yml does not exist .looked in /"):
        read_rows(tmp_path / "no.yml", ROOT / "configs")


def test_table__has_mean_spread_and_says_what_was_not_run():
    rows = read_rows(ROWS, ROOT / "configs")[:2]
    cost = {"cpu_minutes": 4.0, "peak_mib": 900}
    results = {
        f"source_only_gta/seed{seed}": {
            "final": {"mIoU": value},
            "best": {"mIoU": value + 1},
            "cost": cost if seed else None,
        }
        for seed, value in enumerate((10.0, 12.0, 14.0))
    }
    lines = benchmark_table(rows, [0, 1, 2], results).splitlines()
    assert (
        "| Source | 37.3 | not run | 12.00 ± 2.00 | 13.00 ± 2.00 | 3 | 4.0 | 900 |"
        in lines
    )
    assert "| Source + AdaBN | - | not run | not run | not run | 0 | - | - |" in lines
    assert "| Source | 35.2 | not run | not run | not run | 0 | - | - |" in lines


def test_table__has_the_differences_seed_by_seed():
    paper = {"gta": {"mIoU": 40.0}}
    rows = [
        Row("A", "a/a", {"gta": {"mIoU": 37.5}}),
        Row("B", "b/b", paper, against=("A",)),
        Row("C", "c/c", {}, against=("A", "B")),
    ]
    scores = {"a": (10.0, 20.0, 30.0), "b": (11.0, 23.0), "c": (9.0,)}
    results = {
        f"{name}_gta/seed{seed}": {
            "final": {"mIoU": value},
            "best": {"mIoU": value + seed},
            "cost": None,
        }
        for name, values in scores.items()
        for seed, value in enumerate(values)
    }
    lines = benchmark_table(rows, [0, 1, 2], results).splitlines()
    assert "| B - A | +2.5 | +2.00 ± 1.41 | +2.00 ± 1.41 | 2 |" in lines
    assert "| C - A | - | -1.00 | -1.00 | 1 |" in lines
    assert "| C - B | - | -2.00 | -2.00 | 1 |" in lines
    assert "| B - A | - | not run | not run | 0 |" in lines  # SYNTHIA


def test_picture__shows_every_seed_and_what_was_not_run(tmp_path):
    rows = [Row("A", "a/a"), Row("B", "b/b")]
    result = {"final": {"mIoU": 20.0, "mIoU16": 30.0}}
    sizes, seen = set(), []
    for results in ({}, {"a_gta/seed0": result}, {"b_gta/seed1": result}):
        draw_benchmark(rows, [0, 1], results, tmp_path / "rows.png")
        with Image.open(tmp_path / "rows.png") as picture:
            sizes.add(picture.size)
            seen.append(picture.tobytes())
    assert len(sizes) == 1
    assert len(set(seen)) == 3


def test_readmes__get_the_cells_that_have_been_run_and_no_others(tmp_path):
    folder = tmp_path / "configs" / "a"
    folder.mkdir(parents=True)
    lines = [
        "| config | score | paper | ours on ToyCity | ours on the real data |",
        "| [a_gta.py](a_gta.py) | mIoU | 37.3 (x) | not run | not run |",
        "| [a_synthia.py](a_synthia.py) | mIoU16 | - | [9.00](old.md) | not run |",
        "| [a_synthia.py](a_synthia.py) | mIoU13 | - | not run | not run |",
        "| [b_gta.py](b_gta.py) | mIoU | - | not run | not run |",
    ]
    (folder / "README.md").write_text("\n".join(lines))
    rows = [Row("A", "a/a"), Row("A+", "a/a", options=("x=1",), label="x")]
    results = {
        "a_gta/seed0": {"final": {"mIoU": 20.0}},
        "a_gta/seed1": {"final": {"mIoU": 22.0}},
        "a_gta_x/seed0": {"final": {"mIoU": 1.0}},
        "a_synthia/seed1": {"final": {"mIoU16": 7.0, "mIoU13": 8.0}},
        "b_gta/seed0": {"final": {"mIoU": 3.0}},
    }
    given = (rows, [0, 1], results, tmp_path / "configs", tmp_path / "docs" / "a.md")
    assert fill_readmes(*given) == [folder / "README.md"]
    to = "(../../docs/a.md)"
    assert (folder / "README.md").read_text().split("\n") == [
        lines[0],
        f"| [a_gta.py](a_gta.py) | mIoU | 37.3 (x) | [21.00 ± 1.41]{to} | not run |",
        f"| [a_synthia.py](a_synthia.py) | mIoU16 | - | [7.00]{to} | not run |",
        f"| [a_synthia.py](a_synthia.py) | mIoU13 | - | [8.00]{to} | not run |",
        lines[4],
    ]
    assert fill_readmes(*given) == []


def test_page__keeps_what_people_wrote():
    page = "# A\n<!-- table: begin -->\nold\n<!-- table: end -->\nwords\n"
    new = replace_table(page, "new")
    assert new == "# A\n<!-- table: begin -->\n\nnew\n<!-- table: end -->\nwords\n"
    with pytest.raises(ValueError, match="table: begin"):
        replace_table("# A", "new")


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")])
def test_processes__compute_on_one_thread_each(tmp_path, monkeypatch, given, used):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if given is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    log = tmp_path / "run.log"
    tell = "import os; print(os.environ['OMP_NUM_THREADS'])"
    Processes(tmp_path).call("told", [sys.executable, "-c", tell], log)
    assert log.read_text().strip() == used
