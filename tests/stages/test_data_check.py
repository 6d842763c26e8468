"""The check of a run's data: what it says, and what it remembers."""

import os
import shutil

import pytest
from PIL import Image

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.loaders import DataCheck


@pytest.fixture
def loaders(tmp_path):
    """Two images, last changed long ago, as a training set."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (64, 48)).save(folder / f"{number}.png")
        os.utime(folder / f"{number}.png", (1, 1))
    dataset = {"type": "UnlabelledFolder", "data_root": str(folder), "pipeline": []}
    return {"train_dataloader": {"dataset": dataset, "batch_size": 1}}


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    monkeypatch.setattr("mmseg_uda.datasets.checks.decoded_before._SETTLED", 0.0)


def said(loaders, memory, capsys):
    DataCheck("my.py", memory)(loaders, "one")
    return capsys.readouterr().out


def test_data_check__says_what_it_knows_from_before(loaders, tmp_path, capsys):
    run = tmp_path / "memory"
    first, second = (said(loaders, run, capsys) for _ in range(2))
    known = "one: 2 of the samples were decoded by an earlier call and have not changed"
    assert known not in first
    assert f"{known} since ({run})" in second
    assert second.replace(second[second.index(known) :], "") == first
    shutil.rmtree(run)
    assert said(loaders, run, capsys) == first


def test_data_check__keeps_what_is_fine_beside_what_is_not(loaders, tmp_path, capsys):
    path = tmp_path / "images" / "0.png"
    data = path.read_bytes()
    path.write_bytes(data[:-30] + b"x" + data[-29:])
    with pytest.raises(StageError, match=r"0\.png"):
        DataCheck("my.py", tmp_path / "memory")(loaders, "one")
    path.write_bytes(data)
    assert "one: 1 of the samples were decoded" in said(
        loaders, tmp_path / "memory", capsys
    )


def test_data_check__batch_size_of_a_second_stage_on_the_same_data(loaders):
    check = DataCheck()
    domains = {"source": loaders["train_dataloader"]["dataset"]}
    loader = {
        "dataset": {"type": "MultiDomainDataset", "domains": domains},
        "sampler": {"samples_per_domain": {"source": 2}},
        "batch_size": 2,
    }
    check({"train_dataloader": loader}, "one")
    with pytest.raises(StageError, match=r"stage 'two', train_dataloader: batch_size"):
        check({"train_dataloader": {**loader, "batch_size": 3}}, "two")
