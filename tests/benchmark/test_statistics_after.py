"""Runs that are scored with the target's statistics after their training."""

import json
import re
from argparse import Namespace

import pytest
from test_benchmark import ROOT, calls
from test_benchmark import TRAIN as PLAIN_TRAIN

from mmseg_uda.benchmark import Benchmark, Row, Run, read_page
from mmseg_uda.benchmark.command import train_missing

# what tools/train.py leaves, with a checkpoint
TRAIN = PLAIN_TRAIN.replace(
    '    (folder / name / "done.json").write_text',
    '    done |= {"checkpoint": "iter_7.pth", "checkpoint_hash": ""}\n'
    '    done |= {"fingerprint": {}}\n'
    '    (folder / name / "iter_7.pth").write_text(value("--seed"))\n'
    '    (folder / name / "done.json").write_text',
)
# Stand in for the tools: what they are given ends up in what they write.
ADAPT = """
import sys
from pathlib import Path
value = lambda flag: sys.argv[sys.argv.index(flag) + 1]
assert "--overwrite" in sys.argv and Path(sys.argv[1]).name == "mrnet_gta.py"
images = Path(value("--toy-root")) / "cityscapes/leftImg8bit/train"
assert value("--images") == str(images)
assert value("--image-suffix") == "_leftImg8bit.png"
out = Path(value("--out"))
out.parent.mkdir(exist_ok=True)
given = Path(sys.argv[2]).read_text() + value("--toy-network")
out.write_text(given + " ".join(sys.argv[sys.argv.index("--cfg-options") :]))
"""
TEST = """
import json, sys
from pathlib import Path
value = lambda flag: sys.argv[sys.argv.index(flag) + 1]
if (Path(__file__).parent / "kill").exists():
    sys.exit(9)
weights = Path(sys.argv[2])
seed = weights.read_text().removesuffix("random--cfg-options a=1")
assert value("--toy-network") == "random" and sys.argv[-1] == "a=1"
scores = {"metrics": {"mIoU": 20.0 + int(seed)}}
file = Path(value("--work-dir")) / f"test_{weights.stem}.json"
file.write_text(json.dumps(scores))
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "tools").mkdir()
    for name, text in (("train", TRAIN), ("adapt_bn", ADAPT), ("test", TEST)):
        (tmp_path / "tools" / f"{name}.py").write_text(text)
    return tmp_path


def bench(root, statistics=True, seeds=(0,)):
    runs = [Run(Row("MRNet", "mrnet/mrnet"), "gta", seed) for seed in seeds]
    places = (root / "r.json", root / "work", root, root / "toy")
    return Benchmark(runs, *places, ["a=1"], "random", statistics)


def results(root):
    return json.loads((root / "r.json").read_text())


def test_run__is_scored_again_with_statistics(root):
    lines = []
    bench(root, seeds=(0, 1)).run(2, lines.append)
    assert lines[0].startswith("2 of 2 runs to train, 2 at a time")
    assert lines[2] == "[2/2] mrnet_gta/seed1: mIoU 11.00, with target statistics 21.00"
    record = results(root)["mrnet_gta/seed1"]
    assert record["final"] == {"mIoU": 11.0, "iter": 7}
    assert record["with_statistics"] == {"mIoU": 21.0, "iter": 7}


def test_run__that_is_trained_gets_statistics_without_training(root):
    bench(root, statistics=False).run(1, str)
    before = results(root)["mrnet_gta/seed0"]
    assert "with_statistics" not in before
    lines = []
    bench(root).run(1, lines.append)
    assert lines[0].startswith("0 of 1 runs to train, 1 to give target statistics")
    after = results(root)["mrnet_gta/seed0"]
    assert after.pop("with_statistics")["mIoU"] == 20.0
    assert after == before  # the cost is that of the training
    assert len(calls(root)) == 2  # one, and the end of the file
    lines.clear()
    bench(root).run(1, lines.append)
    assert lines == []


def test_run__keeps_its_training_when_the_statistics_fail(root):
    (root / "tools" / "kill").touch()
    failed = r"testing with target statistics of mrnet_gta/seed0 failed .exit status 9"
    with pytest.raises(RuntimeError, match=failed):
        bench(root).run(1, str)
    assert results(root)["mrnet_gta/seed0"]["final"]["mIoU"] == 10.0
    (root / "tools" / "kill").unlink()
    bench(root).run(1, str)
    assert results(root)["mrnet_gta/seed0"]["with_statistics"]["mIoU"] == 20.0
    assert len(calls(root)) == 2


def test_run__whose_weights_are_gone_is_told_before_anything_is_trained(root):
    bench(root, statistics=False).run(1, str)
    stage = root / "work/mrnet_gta/seed0/train"
    (stage / "iter_7.pth").unlink()
    message = rf"its weights are not in {re.escape(str(stage))}; give the --work-dir"
    with pytest.raises(ValueError, match=message):
        bench(root, seeds=(1, 0)).run(1, str)
    assert len(calls(root)) == 2


def test_run__of_other_scores_is_not_given_statistics(root):
    bench(root, statistics=False).run(1, str)
    record = results(root)
    record["mrnet_gta/seed0"]["final"]["mIoU"] = 12.0
    (root / "r.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match="of a run with other scores"):
        bench(root).run(1, str)


def test_table__is_not_written_of_results_of_another_network(root):
    bench(root, statistics=False).run(1, str)
    file = root / "rows.yml"
    file.write_text(
        "rows: [{name: MRNet, config: mrnet/mrnet}]\ntoy_network: pretrained"
    )
    page = read_page(file, root / "configs")
    runs = [Run(page.rows[0], "gta", 0)]
    args = given(root)
    with pytest.raises(ValueError, match="--toy-network random, now pretrained"):
        train_missing(args, runs, root, train=False, page=page)
    file.write_text(file.read_text().replace("pretrained", "random"))
    page = read_page(file, root / "configs")
    assert train_missing(args, runs, root, train=False, page=page) == results(root)
    args.toy_network = "pretrained"
    with pytest.raises(ValueError, match="is of toy_network: random, but"):
        train_missing(args, runs, root, train=False, page=page)


def given(root):
    places = {"results": root / "r.json", "work_dir": root / "w", "toy_root": root}
    return Namespace(**places, cfg_options=[], toy_network=None)
