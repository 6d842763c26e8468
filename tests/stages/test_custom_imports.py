"""The modules that a config names, and the list that other programs read."""

import sys

import pytest
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.config.load_config import load_config

BOTH = {"imports": ["mmseg_uda", "own_part"], "allow_failed_imports": False}


@pytest.fixture(autouse=True)
def _own_module(tmp_path, monkeypatch):
    """A module of one's own on the path; what a test imports is forgotten."""
    (tmp_path / "own_part.py").write_text("LOADED = True")
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("own_", "broken_")):
            del sys.modules[name]


def leaf(folder, given, base=""):
    (folder / "base.py").write_text(
        "custom_imports = dict(imports=['mmseg_uda'], allow_failed_imports=False)"
    )
    path = folder / "leaf.py"
    path.write_text(f"{base}\ncustom_imports = {given}\n")
    return path


@pytest.mark.parametrize(
    "given",
    [
        "dict(imports='own_part')",
        "dict(imports=['own_part'])",
        "dict(imports=('own_part',), allow_failed_imports=False)",
        "dict(imports=['mmseg_uda', 'own_part'])",
    ],
)
@pytest.mark.parametrize("base", ["", "_base_ = './base.py'"])
def test_custom_imports__keep_mmseg_uda(tmp_path, given, base):
    cfg = load_config(leaf(tmp_path, given, base))
    assert cfg.custom_imports == BOTH
    assert sys.modules["own_part"].LOADED
    cfg.dump(str(tmp_path / "dumped.py"))
    assert Config.fromfile(tmp_path / "dumped.py").custom_imports == BOTH


def test_custom_imports__keep_an_order_of_their_own(tmp_path):
    cfg = load_config(leaf(tmp_path, "dict(imports=['own_part', 'mmseg_uda'])"))
    assert cfg.custom_imports.imports == ["own_part", "mmseg_uda"]


@pytest.mark.parametrize("given", ["None", "dict()", "dict(imports=None)"])
def test_custom_imports__of_none(tmp_path, given):
    cfg = load_config(leaf(tmp_path, given))
    assert cfg.custom_imports.imports == ["mmseg_uda"]


def test_custom_imports__that_may_fail(tmp_path):
    given = "dict(imports=['own_absent', 'own_part'], allow_failed_imports=True)"
    with pytest.warns(UserWarning, match="no module 'own_absent'.*so left out"):
        cfg = load_config(leaf(tmp_path, given))
    assert cfg.custom_imports.imports == ["mmseg_uda", "own_absent", "own_part"]
    assert cfg.custom_imports.allow_failed_imports is True


def test_custom_imports__of_an_option(tmp_path):
    path = tmp_path / "leaf.py"
    path.write_text("model = dict(type='Any')\ntrain_cfg = dict(max_iters=1)")
    resolver = Resolver(Request(path, options={"custom_imports.imports": ["own_part"]}))
    assert resolver.stage_config(resolver.stages[0]).custom_imports == BOTH
    assert "own_part" in sys.modules


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("'own_part'", "must be dict"),
        ("dict(import_=['own_part'])", "must be dict"),
        ("dict(imports=3)", "a module or a list of modules"),
        ("dict(imports=[3])", "a module or a list of modules"),
        ("dict(imports='./own_part')", "named as in an import statement"),
        ("dict(imports='own_part.py')", "named as in an import statement"),
        ("dict(imports='own_prt')", "no module 'own_prt'.*PYTHONPATH.*'own_part'"),
        ("dict(imports='mmseg_uda.own')", "package 'mmseg_uda' in .* has no 'own'"),
    ],
)
def test_custom_imports__that_name_no_module(tmp_path, given, expected):
    with pytest.raises(StageError, match=rf"(?s)leaf\.py: custom_imports.*{expected}"):
        load_config(leaf(tmp_path, given))


@pytest.mark.parametrize("folder", ["configs", "inner"])
def test_custom_imports__of_a_module_off_the_path(tmp_path, monkeypatch, folder):
    """It is found beside the config, or in a folder of the working directory."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "inner").mkdir()
    (tmp_path / folder / "own_hidden.py").write_text("")
    monkeypatch.chdir(tmp_path)
    path = leaf(tmp_path / "configs", "dict(imports='own_hidden')")
    with pytest.raises(StageError, match=f"one in {tmp_path / folder}. Put that"):
        load_config(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = (", "line 2, is no valid Python"),
        ("import not_there", "line 2: 'not_there', which it imports, is neither"),
        ("from mmengine.hooks import No", "line 2: ImportError: cannot import name"),
        ("a = 1 / 0", "line 2: ZeroDivisionError"),
        ("raise SystemExit", "line 2: SystemExit"),
    ],
)
def test_custom_imports__of_a_module_that_fails(tmp_path, text, expected):
    (tmp_path / "broken_part.py").write_text(f"import os\n{text}\n")
    with pytest.raises(
        StageError, match=rf"'broken_part' .*broken_part\.py.*{expected}"
    ):
        load_config(leaf(tmp_path, "dict(imports='broken_part')"))
