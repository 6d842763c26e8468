import json

import pytest

from mmseg_uda.utils.atomic_files import (
    check_writable,
    remove_leftovers,
    write_atomic,
    write_json,
)


def test_write_atomic__replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new" / "a.txt"
    write_atomic(path, "one")
    write_atomic(path, "zwei ä")
    assert path.read_text(encoding="utf-8") == "zwei ä"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a" * 251 + ".png", "é" * 125 + ".png"])
def test_write_atomic__name_as_long_as_file_systems_allow(tmp_path, name):
    path = tmp_path / name
    for content in ("one", "two"):
        write_atomic(path, content)
    assert path.read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


def test_write_atomic__failure_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomic(path, b"old")

    def full(_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_remove_leftovers__only_ours(tmp_path):
    for name in (".a.pth.12.tmp", ".hidden", "b.12.tmp"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "missing")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".hidden", "b.12.tmp"]


def test_write_json__leaves_no_temporary_file(tmp_path):
    write_json(tmp_path / "done.json", {"a": 1})
    assert json.loads((tmp_path / "done.json").read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["done.json"]


def test_write_atomic__temporary_files_elsewhere(tmp_path, monkeypatch):
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    seen = []

    def look(_):
        seen.extend(path.parent for path in tmp_path.rglob("*.tmp"))

    monkeypatch.setattr("os.fsync", look)
    write_atomic(tmp_path / "images" / "a.png", b"a", unfinished)
    assert seen == [unfinished]
    assert list(unfinished.iterdir()) == []
    assert (tmp_path / "images" / "a.png").read_bytes() == b"a"


def test_remove_leftovers__below(tmp_path):
    path = tmp_path / "a" / "b" / ".c.png.7.tmp"
    path.parent.mkdir(parents=True)
    path.touch()
    remove_leftovers(tmp_path)
    assert path.exists()
    remove_leftovers(tmp_path, below=True)
    assert not path.exists()


def test_write_atomic__says_what_could_not_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"cannot write .*file/a\.txt: File exists"):
        write_atomic(tmp_path / "file" / "a.txt", "a")


def test_check_writable__leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b", "--out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match=r"link is not a folder.*with --out"):
        check_writable(tmp_path / "link", "--out")


def test_check_writable__read_only(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mmseg_uda.utils.atomic_files.TemporaryFile", refuse)
    with pytest.raises(OSError, match=r"Permission denied\. Choose another folder"):
        check_writable(tmp_path, "--out")
