"""tools/make_toycity.py: bad arguments are found out before anything is drawn."""

import errno
import os

import pytest
from in_process import call

from mmseg_uda.toycity import make_toycity, pictures, sheet

TOOL = "tools/make_toycity.py"


@pytest.fixture(autouse=True)
def _nothing_is_drawn(monkeypatch):
    for module in (pictures, sheet):
        monkeypatch.setattr(module, "draw_picture", pytest.fail)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "file"], "file is not a folder. Choose a folder with --out"),
        (["--out", "file/below"], "file is not a folder"),
        (["--sheet", "file/sheet.png"], "file is not a folder. Choose a folder with"),
        (["--sheet", "sheet.jpg"], "must end in .png, got 'sheet.jpg'"),
        (["--sheet", "folder.png"], "'folder.png' is a folder"),
        (["--sheet", "s.png", "--seed", "-1"], "seed must be >= 0, got -1"),
        (["--seed", "-1"], "seed must be >= 0, got -1"),
        (["--workers", "-1"], "workers must be >= 1, got -1"),
    ],
)
def test_make_toycity__bad_arguments(monkeypatch, tmp_path, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder.png").mkdir()
    assert call(monkeypatch, TOOL, *arguments) == 1
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder.png"]
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("arguments", [["--out", "a/b"], ["--sheet", "a/b.png"]])
def test_make_toycity__folder_without_permission(
    monkeypatch, tmp_path, capsys, arguments
):
    # chmod does not stop root, who may run the tests
    def refuse(**_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("mmseg_uda.utils.atomic_files.TemporaryFile", refuse)
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, TOOL, *arguments) == 1
    said = capsys.readouterr().err
    assert f"Permission denied. Choose another folder with {arguments[0]}" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_make_toycity__disk_full(monkeypatch, tmp_path, workers):
    def full(*_):
        raise OSError("cannot write: no space left")

    monkeypatch.setattr(pictures.Picture, "make", full)
    with pytest.raises(OSError, match="no space left"):
        make_toycity(tmp_path, only=["gta5"], workers=workers, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["toycity.partial.json"]
