"""ToyCity on disk: the same bytes always, resumable, careful with folders."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmseg_uda.toycity import ensure_toycity, make_toycity, pictures

COUNTS = {"gta5": {"train": 3}, "cityscapes": {"train": 2, "val": 1}}
COUNTS["synthia"] = {"train": 2}
SIZES = {"gta5": (60, 34), "synthia": (60, 36), "cityscapes": (64, 32)}
SMALL = {"counts": COUNTS, "sizes": SIZES, "progress": False}


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    return make_toycity(tmp_path_factory.mktemp("toy"), workers=1, **SMALL)


def test_make_toycity__lists_what_the_real_downloads_would(city):
    files = set(contents(city))
    assert "gta5/images/00001.png" in files
    assert "gta5/labels/00003.png" in files
    assert "synthia/RGB/0000001.png" in files
    assert "synthia/GT/LABELS/0000000.png" in files
    stem = "train/birkenau/birkenau_000000_000019"
    assert f"cityscapes/leftImg8bit/{stem}_leftImg8bit.png" in files
    assert f"cityscapes/gtFine/{stem}_gtFine_labelIds.png" in files
    assert any(name.startswith("cityscapes/gtFine/val/") for name in files)
    assert len(files) == 2 * (3 + 2 + 3) + 1  # and the manifest, nothing else


def test_make_toycity__any_number_of_workers_gives_the_same_bytes(city, tmp_path):
    other = make_toycity(tmp_path / "other", workers=2, **SMALL)
    assert contents(other) == contents(city)


def test_make_toycity__a_subset_gives_the_same_bytes(city, tmp_path):
    small = make_toycity(
        tmp_path,
        only=["gta5"],
        counts={"gta5": {"train": 2}},
        sizes=SIZES,
        workers=1,
        progress=False,
    )
    want = contents(city / "gta5")
    assert len(contents(small / "gta5")) == 4
    for name, content in contents(small / "gta5").items():
        assert content == want[name]


def test_make_toycity__another_seed_gives_other_pictures(city, tmp_path):
    other = make_toycity(tmp_path, only=["gta5"], seed=1, workers=1, **SMALL)
    name = "gta5/images/00001.png"
    assert (other / name).read_bytes() != (city / name).read_bytes()


def test_make_toycity__restores_a_deleted_file(tmp_path):
    make_toycity(tmp_path, only=["synthia"], workers=1, **SMALL)
    before = contents(tmp_path)
    (tmp_path / "synthia/RGB/0000001.png").unlink()
    make_toycity(tmp_path, only=["synthia"], workers=1, **SMALL)
    assert contents(tmp_path) == before


def test_make_toycity__finished_work_is_not_drawn_again(city, monkeypatch):
    monkeypatch.setattr(pictures, "make_pictures", pytest.fail)
    assert make_toycity(city, workers=1, **SMALL) == city


def test_make_toycity__an_interrupted_run_goes_on(city, tmp_path, monkeypatch):
    def stop_after_three(*args):
        for number, counted in enumerate(original(*args)):
            if number == 3:
                raise KeyboardInterrupt
            yield counted

    original = pictures.make_pictures
    monkeypatch.setattr(pictures, "make_pictures", stop_after_three)
    with pytest.raises(KeyboardInterrupt):
        make_toycity(tmp_path, workers=1, **SMALL)
    assert not (tmp_path / "toycity.json").exists()
    monkeypatch.setattr(pictures, "make_pictures", original)
    with pytest.raises(ValueError, match="--overwrite"):  # even half a run has a seed
        make_toycity(tmp_path, seed=1, workers=1, **SMALL)
    make_toycity(tmp_path, workers=1, **SMALL)
    assert contents(tmp_path) == contents(city)


def test_make_toycity__domains_can_be_added_later(city, tmp_path):
    for domain in ("cityscapes", "gta5", "synthia"):
        make_toycity(tmp_path, only=[domain], workers=1, **SMALL)
    made = json.loads((tmp_path / "toycity.json").read_text())
    assert made == json.loads((city / "toycity.json").read_text())


def test_make_toycity__other_settings_need_overwrite(tmp_path):
    make_toycity(tmp_path, only=["gta5"], workers=1, **SMALL)
    with pytest.raises(ValueError, match=r"seed is 0 there, 5 .*--overwrite"):
        make_toycity(tmp_path, only=["gta5"], seed=5, workers=1, **SMALL)
    before = contents(tmp_path)
    make_toycity(tmp_path, only=["gta5"], seed=5, workers=1, overwrite=True, **SMALL)
    after = contents(tmp_path)
    assert after.keys() == before.keys()
    assert after["gta5/images/00001.png"] != before["gta5/images/00001.png"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_make_toycity__foreign_data_is_never_touched(tmp_path, overwrite):
    precious = tmp_path / "cityscapes" / "README"
    precious.parent.mkdir()
    precious.write_text("the real download")
    with pytest.raises(FileExistsError, match="did not make"):
        make_toycity(tmp_path, workers=1, overwrite=overwrite, **SMALL)
    assert precious.read_text() == "the real download"
    assert [path.name for path in tmp_path.iterdir()] == ["cityscapes"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"only": ["kitti"]}, "kitti"),
        ({"only": []}, "at least one domain"),
        ({"seed": -1}, "seed must be >= 0"),
        ({"counts": {"gta5": {"train": 0}}}, "at least one picture"),
        ({"counts": {"gta5": {"test": 1}}}, "no split 'test'"),
        ({"sizes": {"gta5": (240, 4)}}, "16 pixels"),
        ({"workers": 0}, "workers must be >= 1"),
    ],
)
def test_make_toycity__says_what_is_wrong_with_its_arguments(tmp_path, given, message):
    with pytest.raises(ValueError, match=message):
        make_toycity(tmp_path, progress=False, **given)
    assert not list(tmp_path.iterdir())


def test_make_toycity__a_broken_manifest_is_named(tmp_path):
    (tmp_path / "toycity.json").write_text("{")
    with pytest.raises(ValueError, match=r"toycity\.json is not a ToyCity manifest"):
        make_toycity(tmp_path, workers=1, **SMALL)


def test_ensure_toycity__takes_a_folder_as_it_is_and_mends_it(city, tmp_path):
    make_toycity(tmp_path, workers=1, **SMALL)
    assert ensure_toycity(tmp_path) == tmp_path
    (tmp_path / "gta5/labels/00002.png").unlink()
    ensure_toycity(tmp_path)
    assert contents(tmp_path) == contents(city)


def test_ensure_toycity__draws_what_is_asked_for(city, tmp_path):
    make_toycity(tmp_path, workers=1, only=["cityscapes"], **SMALL)
    ensure_toycity(tmp_path, only=["cityscapes"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cityscapes",
        "toycity.json",
    ]


def test_ensure_toycity__refuses_another_version_of_toycity(tmp_path):
    make_toycity(tmp_path, workers=1, **SMALL)
    manifest = tmp_path / "toycity.json"
    content = json.loads(manifest.read_text())
    content["domains"]["gta5"]["settings"]["format_version"] = 0
    manifest.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="format_version is 0 there"):
        ensure_toycity(tmp_path)


def test_make_toycity__after_opencv_has_used_its_threads(tmp_path):
    before = cv2.getNumThreads()
    cv2.setNumThreads(4)
    try:
        cv2.resize(np.zeros((3000, 3000, 3), np.float32), (1000, 1500))
        make_toycity(tmp_path, only=["gta5"], workers=2, **SMALL)
        assert cv2.getNumThreads() == 4
    finally:
        cv2.setNumThreads(before)
    assert len(list(tmp_path.rglob("images/*.png"))) == 3
