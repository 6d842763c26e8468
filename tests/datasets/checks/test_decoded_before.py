"""Files that were decoded before are not decoded again while they are unchanged."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mmseg_uda.datasets.checks import decoded_before
from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.label_formats import index_labels
from mmseg_uda.datasets.preflight import check_dataset


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """Let the files of these tests be old enough to be remembered."""
    monkeypatch.setattr(decoded_before, "_SETTLED", 0.0)


@pytest.fixture
def check(gta5_root, tmp_path):
    """Check the five samples; return the report, and how many were decoded before."""

    def run(**options):
        before = DecodedBefore(tmp_path / "memory")
        config = dict(type="GTA5Dataset", data_root=str(gta5_root), **options)
        (report,) = check_dataset(config, before=before)
        before.save()
        return report, before.num_reused

    return run


def told(report):
    return {**vars(report), "pixels": report.pixels.tolist()}


def test_recall__same_report_without_decoding(check, gta5_root, write, monkeypatch):
    write.palette(gta5_root / "labels/00001.png", np.full((32, 48), 26))
    first, known = check()
    assert known == 0
    monkeypatch.setattr(index_labels, "read_label_ids", None)
    second, known = check()
    assert known == 5
    assert told(second) == told(first)


def test_recall__what_a_label_means_is_told_anew(check, tmp_path):
    first, _ = check()
    metainfo = dict(classes=("road", "car"))
    second, known = check(metainfo=metainfo)
    assert known == 5
    assert second.pixels.tolist() == [first.pixels[0], first.pixels[13]]


@pytest.mark.parametrize("where", ["images", "labels"])
def test_recall__not_of_a_changed_file(check, gta5_root, write, where):
    check()
    path = gta5_root / where / "00003.png"
    state = path.stat()
    data = bytearray(path.read_bytes())
    data[-30] ^= 1  # in the compressed pixels: size and header stay
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(ValueError, match=r"00003\.png"):
        check()


def test_recall__not_of_a_file_with_a_problem(check, gta5_root, write):
    bad = np.full((32, 48), 77)
    write.palette(gta5_root / "labels/00003.png", bad)
    for _ in range(2):
        with pytest.raises(ValueError, match="77"):
            check()


def test_recall__not_with_other_options_of_reading(check):
    check()
    assert check(orientation="stored")[1] == 0
    assert check(orientation="stored")[1] == 5


@pytest.mark.parametrize("key", ["code", "format"])
def test_recall__not_of_another_version(check, tmp_path, key):
    check()
    (file,) = (tmp_path / "memory").iterdir()
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, key: "other"}))
    assert check()[1] == 0
    assert check()[1] == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-20],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('"pixels": {', '"pixels": {"x": 1, ', 1),
        lambda text: text.replace('"stamp": [[', '"stamp": [["1", ', 1),
        lambda text: text.replace('"stamp"', '"stmp"', 1),
    ],
)
def test_recall__not_of_a_damaged_memory(check, tmp_path, change):
    check()
    (file,) = (tmp_path / "memory").iterdir()
    file.write_text(change(file.read_text()))
    assert check()[1] == 0
    assert check()[1] == 5


def test_recall__not_of_files_that_have_just_changed(check, monkeypatch):
    monkeypatch.setattr(decoded_before, "_SETTLED", 3600.0)
    check()
    assert check()[1] == 0


def test_recall__not_where_a_reader_does_not_tell_its_options(tmp_path, write):
    write.image(tmp_path / "a.png")
    sample = {"img_path": str(tmp_path / "a.png"), "image_reader": object()}
    before = DecodedBefore(tmp_path / "memory")
    for _ in range(2):
        assert before.recall(sample, lambda _: {7: 3}) == {7: 3}
    assert before.num_reused == 0


def test_save__where_it_cannot_be_written(check, tmp_path):
    (tmp_path / "memory").write_text("no folder")
    for _ in range(2):
        assert check()[1] == 0


def test_save__keeps_what_another_process_has_written_meanwhile(check, tmp_path):
    ours = DecodedBefore(tmp_path / "memory")
    sample = {"img_path": str(tmp_path / "gta5/images/x.png")}
    Path(sample["img_path"]).parent.mkdir(parents=True, exist_ok=True)
    Path(sample["img_path"]).write_bytes(b"x")
    ours.recall(sample, lambda _: {1: 2})
    Path(sample["img_path"]).rename(tmp_path / "x.png")  # or it were a sample, too
    check()
    ours.save()
    assert check()[1] == 5


def test_save__forgets_the_oldest(check, tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_before, "_MOST", 3)
    check()
    (file,) = (tmp_path / "memory").iterdir()
    assert len(json.loads(file.read_text())["files"]) == 3
    assert check()[1] == 3
