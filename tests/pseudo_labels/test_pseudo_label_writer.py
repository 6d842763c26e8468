import json

import numpy as np
import pytest
import torch
from PIL import Image

from mmseg_uda.pseudo_labels import PseudoLabelWriter

SETTINGS = {"rule": {"type": "KeepAll"}, "checkpoint_sha256": "abc"}
# Two classes, 2x2 pixels, p(class 1).
P1 = torch.tensor([[0.1, 0.6], [0.8, 1.0]])
PROBS = torch.stack([1 - P1, P1])
LABELS = torch.tensor([[0, 255], [1, 1]], dtype=torch.uint8)


def make(folder, names=("a/x.jpg", "y.png"), settings=SETTINGS):
    return PseudoLabelWriter(folder, names, settings)


def test_writer__formats_and_report_by_hand(tmp_path):
    writer = make(tmp_path / "out")
    assert writer.prepare() == [0, 1]
    writer.write("a/x.jpg", PROBS, LABELS)
    writer.write("y.png", PROBS, LABELS)
    report = writer.finish({"rule": "r"}, ["road", "sky"])

    label = Image.open(tmp_path / "out" / "labels" / "a" / "x.png")
    confidence = Image.open(tmp_path / "out" / "confidence" / "a" / "x.png")
    assert label.mode == confidence.mode == "L"
    assert np.array(label).tolist() == [[0, 255], [1, 1]]
    # 255 * (0.9, 0.6, 0.8, 1.0) = 229.5 -> 229 or 230, 153, 204, 255
    expected = np.array([[229.5, 153], [204, 255]])
    assert np.abs(np.array(confidence) - expected).max() <= 0.5
    # Predicted: one pixel road, three sky, of which one is dropped; two images.
    assert report == {
        "rule": "r",
        "num_images": 2,
        "num_pixels": 8,
        "kept_share": 0.75,
        "classes": ["road", "sky"],
        "per_class": {
            "road": {"predicted": 2, "kept": 2, "kept_share": 1.0, "labelled": 2},
            "sky": {"predicted": 6, "kept": 4, "kept_share": 4 / 6, "labelled": 4},
        },
    }
    file = tmp_path / "out" / "pseudo_labels.json"
    assert json.loads(file.read_text()) == report


@pytest.mark.parametrize("name", ["../x.png", "a/../../x.png", "/tmp/x.png", "..\\x"])
def test_writer__refuses_names_that_leave_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="leaves the output folder"):
        make(tmp_path, ["ok.png", name])
    assert list(tmp_path.iterdir()) == []


def test_writer__other_settings_need_overwrite(tmp_path):
    writer = make(tmp_path)
    writer.prepare()
    writer.write("y.png", PROBS, LABELS)
    other = make(tmp_path, settings={**SETTINGS, "checkpoint_sha256": "def"})
    with pytest.raises(ValueError, match="checkpoint_sha256: 'abc' -> 'def'"):
        other.prepare()
    assert other.prepare(overwrite=True) == [0, 1]
    assert not (tmp_path / "labels").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_writer__never_removes_what_it_did_not_write(tmp_path, overwrite):
    # As with --out data/gta5, which holds a folder of that name.
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "00001.png").write_bytes(b"precious")
    with pytest.raises(FileExistsError, match=r"labels.*left alone"):
        make(tmp_path).prepare(overwrite=overwrite)
    assert (tmp_path / "labels" / "00001.png").read_bytes() == b"precious"


def test_writer__redoes_what_a_kill_left_incomplete(tmp_path):
    names = ["a.png", "b.png", "c.png", "d.png"]
    writer = make(tmp_path, names)
    writer.prepare()
    for name in names:
        writer.write(name, PROBS, LABELS)
    (tmp_path / "labels" / "a.png").unlink()
    (tmp_path / "confidence" / "b.png").write_bytes(b"half")
    journal = tmp_path / "progress" / "rank0.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])  # d's line is cut off
    (tmp_path / "labels" / ".e.png.7.tmp").write_bytes(b"half")

    again = make(tmp_path, names)
    assert again.prepare() == [0, 1, 3]
    assert not (tmp_path / "labels" / ".e.png.7.tmp").exists()
    for index in (0, 1, 3):
        again.write(names[index], PROBS, LABELS)
    assert make(tmp_path, names).prepare() == []
    assert again.finish({})["num_pixels"] == 16


def test_writer__a_lost_label_makes_the_folder_unfinished(tmp_path):
    writer = make(tmp_path, ["a.png"])
    writer.prepare()
    writer.write("a.png", PROBS, LABELS)
    writer.finish({})
    assert make(tmp_path, ["a.png"]).prepare() == []
    (tmp_path / "labels" / "a.png").unlink()
    assert make(tmp_path, ["a.png"]).prepare() == [0]
    assert not (tmp_path / "pseudo_labels.json").exists()
