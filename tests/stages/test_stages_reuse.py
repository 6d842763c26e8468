"""Stages that another run has finished are taken over, the same ones and whole."""

import json
from pathlib import Path

import pytest
from helpers import on_toycity, region_leaf

from mmseg_uda.stages import (
    PseudoLabelStage,
    RegionGridStage,
    Request,
    StageError,
    TrainStage,
    TranslateStage,
    run_stages,
)
from mmseg_uda.stages.run.reuse import take_over
from mmseg_uda.toycity import make_toycity

FINGERPRINT = {"rule.type": "'KeepAll'", "inputs.weights": "'abc'"}
LEAF = Path("leaf.py")
LABELS = PseudoLabelStage("labels", LEAF, checkpoint="one")
TRAIN = TrainStage("train", LEAF)
GRIDS = RegionGridStage("grids", LEAF, rules={"small": {}}, scale=(2, 1))
TRANSLATE = TranslateStage("translate", LEAF, checkpoint="one")


def finish(folder, stage=LABELS, **record):
    """Leave what a finished pseudo-label stage leaves."""
    (folder / "labels").mkdir(parents=True)
    (folder / "labels" / "a.png").write_bytes(b"picture")
    (folder / "pseudo_labels.json").write_text("{}")
    made = LABELS.outputs(folder)
    record = {"stage": "x", "fingerprint": FINGERPRINT, "ranks": 1, **made, **record}
    (folder / "done.json").write_text(json.dumps(record))
    return folder


def test_take_over__links_the_files_and_says_where_they_come_from(tmp_path):
    other = finish(tmp_path / "other" / "pseudo")
    folder = tmp_path / "run" / "labels"
    folder.mkdir(parents=True)
    (folder / "stage.json").write_text("{}")  # of a start that made nothing
    assert take_over(LABELS, folder, FINGERPRINT, [tmp_path / "other"]) == other
    picture = folder / "labels" / "a.png"
    assert picture.samefile(other / "labels" / "a.png")
    assert not (folder / "stage.json").exists()
    done = json.loads((folder / "done.json").read_text())
    assert done["taken_over_from"] == str(other)
    assert done["stage"] == "labels"
    before = json.loads((other / "done.json").read_text())
    assert "taken_over_from" not in before
    assert done["labels_hash"] == before["labels_hash"]
    assert [path.name for path in folder.parent.iterdir()] == ["labels"]


def test_take_over__copies_where_links_are_not_possible(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("another file system")

    monkeypatch.setattr("os.link", refuse)
    other = finish(tmp_path / "other" / "pseudo")
    folder = tmp_path / "run" / "labels"
    assert take_over(LABELS, folder, FINGERPRINT, [tmp_path / "other"]) == other
    assert (folder / "labels" / "a.png").read_bytes() == b"picture"
    assert not (folder / "labels" / "a.png").samefile(other / "labels" / "a.png")


@pytest.mark.parametrize(
    "record",
    [
        dict(fingerprint={**FINGERPRINT, "inputs.weights": "'abd'"}),
        dict(fingerprint={"rule.type": "'KeepAll'"}),
        dict(given=True, checkpoint="x.pth"),
    ],
)
def test_take_over__not_what_other_settings_made(tmp_path, record):
    finish(tmp_path / "other" / "pseudo", **record)
    folder = tmp_path / "run" / "labels"
    assert take_over(LABELS, folder, FINGERPRINT, [tmp_path / "other"]) is None
    assert not folder.exists()


def test_take_over__not_what_is_damaged_but_the_next_one(tmp_path, capsys):
    (finish(tmp_path / "a" / "pseudo") / "pseudo_labels.json").write_text("{ }")
    (finish(tmp_path / "b" / "pseudo") / "pseudo_labels.json").unlink()
    (finish(tmp_path / "c" / "pseudo") / "done.json").write_text("{")
    whole = finish(tmp_path / "d" / "pseudo")
    runs = [tmp_path / name for name in "abcd"]
    assert take_over(LABELS, tmp_path / "run/labels", FINGERPRINT, runs) == whole
    said = capsys.readouterr().out
    assert f"{runs[0] / 'pseudo'} is not whole" in said
    assert f"{runs[1] / 'pseudo'} is not whole" in said
    assert "c/pseudo/done.json is damaged" in said


def test_take_over__not_a_training_on_another_number_of_processes(tmp_path):
    finish(tmp_path / "other" / "train", ranks=2)
    folder, runs = tmp_path / "run" / "train", [tmp_path / "other"]
    assert take_over(TRAIN, folder, FINGERPRINT, runs) is None
    # labels are the same for any number
    assert take_over(LABELS, folder, FINGERPRINT, runs) is not None


def test_take_over__not_what_was_made_of_other_data(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    roots = {"source.data_root": "'data/gta5'", "target.data_root": "'data/a'"}
    finish(tmp_path / "other" / "pseudo", data_roots=roots)
    args = LABELS, tmp_path / "run" / "labels", FINGERPRINT, [tmp_path / "other"]
    assert take_over(*args, {**roots, "target.images.data_root": "'data/b'"}) is None
    assert "target.data_root: " in capsys.readouterr().out
    # the same folder by another name, and a domain that pseudo-labels don't see
    absolute = {"target.data_root": repr(str(tmp_path / "data" / "a"))}
    assert take_over(*args, {**absolute, "source.data_root": "'data/c'"}) is not None


@pytest.mark.parametrize(
    ("stage", "moved", "taken"),
    [
        (GRIDS, "source", False),
        (GRIDS, "target", True),
        (TRANSLATE, "source", False),
        (TRANSLATE, "target", True),
        (LABELS, "target", False),
        (LABELS, "source", True),
        (TRAIN, "source", False),
        (TRAIN, "target", False),
    ],
)
def test_take_over__looks_at_the_data_that_a_stage_reads(
    tmp_path, monkeypatch, stage, moved, taken
):
    domains = "dataset.domains"
    roots = {f"{domains}.{name}.data_root": "'a'" for name in ("source", "target")}
    finish(tmp_path / "other" / "stage", data_roots=roots)
    monkeypatch.setattr(type(stage), "outputs", lambda *_: {})
    now = {**roots, f"{domains}.{moved}.data_root": "'b'"}
    args = stage, tmp_path / "run" / "stage", FINGERPRINT, [tmp_path / "other"]
    assert (take_over(*args, now) is not None) == taken


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    counts = dict(gta5=dict(train=40), cityscapes=dict(train=1, val=1))
    root = tmp_path_factory.mktemp("data") / "toycity"
    return make_toycity(root, only=counts, counts=counts, workers=1, progress=False)


@pytest.mark.nightly
def test_run__takes_over_region_labels_of_the_same_seed(tmp_path, toy_root, capsys):
    def run(name, seed, reuse=(), **changes):
        request = Request(
            region_leaf(tmp_path),
            work_dir=tmp_path / name,
            toy=True,
            toy_network="random",
            toy_root=str(toy_root),
            seed=seed,
        )
        run_stages(request, only="regions", reuse=reuse, **changes)
        return "taken over" in capsys.readouterr().out

    assert not run("first", seed=0)
    assert run("second", seed=0, reuse=[tmp_path / "first"])
    report = "regions/region_labels.json"
    assert (tmp_path / "second" / report).samefile(tmp_path / "first" / report)
    assert not run("second", seed=0, reuse=[tmp_path / "first"]), "it is there"
    assert not run("second", seed=0, reuse=[tmp_path / "first"], restart=True)
    assert not run("third", seed=1, reuse=[tmp_path / "first"])


def test_run__refuses_folders_that_are_not_there(tmp_path):
    request = Request(region_leaf(tmp_path), work_dir=tmp_path / "run", **on_toycity())
    with pytest.raises(StageError, match=r"--reuse .*gone: there is no such folder"):
        run_stages(request, only="regions", reuse=[tmp_path / "gone"])
    assert not (tmp_path / "run").exists()
