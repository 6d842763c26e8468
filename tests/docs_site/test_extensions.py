"""The small extensions of the site by themselves."""

import sys

import mmseg_uda_site.generated as generated
import pytest
from mmseg_uda_site.drawings import drawing
from mmseg_uda_site.links import address
from mmseg_uda_site.mathml import mathml
from mmseg_uda_site.names import exists
from mmseg_uda_site.navigation import listed

from mmseg_uda.models.maps import LipschitzMap


def test_address__of_a_file_and_a_folder(tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/a.py").touch()
    setup = "[metadata]\nurl = https://example.org/team/project/\n"
    (tmp_path / "setup.cfg").write_text(setup)
    repository = "https://example.org/team/project"
    to = address(tmp_path / "configs/a.py", tmp_path)
    assert to == f"{repository}/blob/main/configs/a.py"
    to = address(tmp_path / "docs/../configs", tmp_path)
    assert to == f"{repository}/tree/main/configs"


def test_address__of_a_project_without_one(tmp_path):
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = project\n")
    assert address(tmp_path / "setup.cfg", tmp_path) is None


def test_listed__patterns_may_fit_nothing_and_repeat_nothing():
    found = {"docs/report", "docs/a/x", "docs/a/y", "docs/other"}
    names = ["docs/a/y", "docs/missing*", "docs/a/*", "docs/report*"]
    assert listed(names, found) == ["docs/a/y", "docs/a/x", "docs/report"]


def test_exists__tells_stale_names():
    assert exists("LipschitzMap.forward")
    assert exists("torch.Tensor")
    assert exists("mmseg_uda.models.maps.LipschitzMap")
    assert not exists("LipschitzMap.forwards")
    assert not exists("NoSuchMap")


def test_generated__a_comment_becomes_documentation():
    made = generated._made("parts", "mmseg_uda.models.maps")
    assert ".. autoclass:: mmseg_uda.models.maps.LipschitzMap" in made
    assert generated.registered()["mmseg_uda.models.maps.LipschitzMap"] is LipschitzMap
    assert generated._made("table", None) is None  # a comment of somebody else
    with pytest.raises(ValueError, match="no part is registered by"):
        generated._made("parts", "mmseg_uda.nothing")


def test_generated__help_leaves_the_process_as_it_was():
    before = list(sys.argv)
    assert generated.help_of("train").startswith("usage: mmseg-uda train ")
    assert sys.argv == before


def test_mathml__of_lines():
    assert mathml("a^2", block=False).startswith("<math")
    assert "<mtable" in mathml(r"a = b \\ c = d", block=True)
    with pytest.raises(ValueError, match="cannot be drawn"):
        mathml(r"\nosuchthing{a}", block=True)


def test_drawing__says_what_is_wrong():
    assert "<svg" in drawing("flowchart LR\na --> b")
    with pytest.raises(ValueError, match="Mermaid cannot draw"):
        drawing("flowchart LR\na --> --> [")
