"""Config files: what they inherit, and what is said where they cannot be read."""

import pytest

from mmseg_uda.stages import StageError
from mmseg_uda.stages.config.load_config import load_config


def write(folder, **files):
    """Write config files by name; return the path of the first."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder / f"{next(iter(files))}.py"


def refused(path):
    """Return what is said of a config that cannot be read, on one line."""
    with pytest.raises(StageError) as caught:
        load_config(path)
    return " ".join(str(caught.value).split())


def test_duplicate_key__names_the_two_files_and_the_heir(tmp_path):
    leaf = write(
        tmp_path,
        leaf="_base_ = ['./method.py', './mine.py']",
        method="_base_ = './runtime.py'\nmodel = dict()",
        runtime="default_hooks = dict(logger=dict(interval=50))",
        mine="default_hooks = dict(logger=dict(interval=1))\nown = 1",
    )
    said = refused(leaf)
    runtime, mine = tmp_path / "runtime.py", tmp_path / "mine.py"
    assert f"'default_hooks' is set by {runtime} and by {mine}" in said
    assert "write it into leaf.py itself" in said
    assert "'own'" not in said
    assert "'model'" not in said


def test_duplicate_key__below_the_leaf(tmp_path):
    leaf = write(
        tmp_path,
        leaf="_base_ = './middle.py'",
        middle="_base_ = ['./a.py', './b.py']",
        a="x = 1",
        b="x = 2",
    )
    said = refused(leaf)
    assert f"{tmp_path / 'middle.py'} inherits several files" in said
    assert f"'x' is set by {tmp_path / 'a.py'} and by {tmp_path / 'b.py'}" in said


def test_duplicate_key__of_one_file_that_two_inherit(tmp_path):
    leaf = write(
        tmp_path,
        leaf="_base_ = ['./a.py', './b.py']",
        a="_base_ = './runtime.py'",
        b="_base_ = './runtime.py'",
        runtime="\n".join(f"key_{number} = 1" for number in range(9)),
    )
    said = refused(leaf)
    a, b, runtime = (tmp_path / f"{name}.py" for name in ("a", "b", "runtime"))
    assert f"'key_0' of {runtime} comes twice, through {a} and through {b}:" in said
    assert "'key_5'" in said
    assert "'key_6'" not in said
    assert "and 3 more" in said
    leaf.write_text("_base_ = ['./runtime.py', './runtime.py']")
    assert f"'key_0' comes twice, since {runtime} is named twice" in refused(leaf)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("_base_ = './runtme.py'", "does not exist .* Did you mean 'runtime.py'"),
        ("_base_ = '.'", r"the _base_ '\.' of .*leaf.py is a folder"),
        ("_base_ = './leaf.py'", "inherits itself through _base_: leaf.py -> leaf.py"),
        ("_base_ = './runtime.py'\na = missing", "leaf.py, line 2: NameError"),
        ("_base_ = './runtime.py'\na = _base_.hoks", "line 2: .* no 'hoks'.* 'hooks'"),
        (
            "_base_ = './runtime.py'\nhooks = dict(a=1)",
            "'hooks' is a dict here, but a ",
        ),
        ("a = dict(b=1", "leaf.py, line 1, is no valid Python: '.' was never closed"),
        ("a = 1 / 0", "leaf.py, line 1: ZeroDivisionError"),
        ("raise SystemExit", "leaf.py, line 1: SystemExit"),
    ],
)
def test_config__that_cannot_be_read(tmp_path, text, expected):
    leaf = write(tmp_path, leaf=text, runtime="hooks = [1]")
    with pytest.raises(StageError, match=f"(?s)leaf.py' cannot be read: .*{expected}"):
        load_config(leaf)


def test_config__with_a_syntax_error_in_a_base(tmp_path):
    leaf = write(tmp_path, leaf="_base_ = './one.py'", one="a = 1\nb = (")
    assert f"{tmp_path / 'one.py'}, line 2, is no valid Python" in refused(leaf)


def test_config__of_another_kind(tmp_path):
    assert "is a folder; name one of the files in it" in refused(tmp_path)
    (tmp_path / "leaf.txt").write_text("a = 1")
    assert "must end in .py, .json, .yaml, .yml, not in '.txt'" in refused(
        tmp_path / "leaf.txt"
    )
    (tmp_path / "leaf.yml").write_text("a: 1")
    assert load_config(tmp_path / "leaf.yml").a == 1


def test_config__whose_base_only_the_environment_tells(tmp_path, monkeypatch):
    monkeypatch.setenv("OWN_BASE", "runtime")
    leaf = write(
        tmp_path,
        leaf="_base_ = './{{$OWN_BASE:none}}.py'\na = 1 / 0",
        runtime="hooks = [1]",
    )
    assert "ZeroDivisionError" in refused(leaf)
