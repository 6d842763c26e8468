"""A kind of stage is one class: what the run does with it is written for none."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import cv2
import pytest
from helpers import on_toycity
from in_process import call

from mmseg_uda.registry import STAGES
from mmseg_uda.stages import BaseStage, Request, Resolver, StageError, Takes, run_stages
from mmseg_uda.stages.plan.build_stage import options_of
from mmseg_uda.toycity import make_toycity
from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.ranks import on_rank_zero

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mmseg_uda" / "stages"


@STAGES.register_module()
class MeanColourStage(BaseStage):
    """Writes the mean colour of each of the first images of the target.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        count: Number of images.
        like: Another such stage, whose colours are handed on.
    """

    makes = "colours"
    manifest = "colours.json"
    leaves = ("parts",)
    reads = "target"
    takes: ClassVar = {"like": Takes("colours")}
    does = "looks at the colours of the target of"
    #: Test's own: raise behind so many images.
    dies_after: int | None = None

    def __init__(
        self, name: str, leaf: Path, *, count: int = 2, like: str | None = None
    ) -> None:
        super().__init__(name, leaf)
        if count < 1:
            raise ValueError(f"count must be >= 1, got {count}")
        self.count = count
        self.like = like

    def check(self, outlook, weights):
        """Check that there are images of the target."""
        domains = outlook.config(self).train_dataloader.dataset.domains
        if domains.get(self.reads) is None:
            raise StageError(f"stage '{self.name}': no target")

    def run(self, run):
        """Write a file an image, then all of them."""
        root = Path(run.cfg.train_dataloader.dataset.domains.target.data_root)
        files = sorted(root.rglob("leftImg8bit/train/**/*.png"))[: self.count]
        on_rank_zero(self._write, files, run.folder)
        run.say(f"{len(files)} colours")

    def _write(self, files: list[Path], folder: Path) -> None:
        parts = folder / "parts"
        parts.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(files):
            part = parts / f"{file.stem}.json"
            if number == type(self).dies_after:
                raise KeyboardInterrupt
            if not part.exists():
                mean = cv2.imread(str(file)).mean(axis=(0, 1)).tolist()
                write_json(part, {"mean": mean})
        found = {f.stem: json.loads(f.read_text()) for f in sorted(parts.iterdir())}
        write_json(folder / self.manifest, found)


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    counts = dict(gta5=dict(train=2), cityscapes=dict(train=3, val=1))
    root = tmp_path_factory.mktemp("data") / "toycity"
    return make_toycity(root, only=counts, counts=counts, workers=1, progress=False)


@pytest.fixture
def leaf(tmp_path):
    path = tmp_path / "colours.py"
    path.write_text(
        f"""
_base_ = ["{ROOT}/configs/source_only/source_only_gta.py"]
stages = dict(
    colours=dict(type="MeanColourStage", count=3),
    again=dict(type="MeanColourStage", like="colours"),
    train=dict(type="TrainStage"),
)
"""
    )
    return path


def request(leaf, toy_root, folder, **options):
    return Request(
        leaf,
        work_dir=folder,
        toy=True,
        toy_root=str(toy_root),
        toy_network="random",
        device="cpu",
        options=options,
    )


def test_kind__is_planned_and_its_mistakes_are_told(leaf, tmp_path):
    run = Resolver(Request(leaf, work_dir=tmp_path / "run", **on_toycity()))
    assert [stage.kind for stage in run.stages][:2] == ["MeanColourStage"] * 2
    assert run.find("colours").trainer(run.stages) is run.find("train")
    assert run.find("again").builds_on == ("colours",)
    assert "target" in run.stage_config(run.stages[0]).train_dataloader.dataset.domains
    for options, said in (
        ({"stages.colours.count": 0}, r"'colours': count must be >= 1, got 0"),
        (
            {"stages.colours.cuont": 2},
            r"no option 'cuont'; it has: count, like.*'count'",
        ),
        ({"stages.again.like": "train"}, r"must be an earlier MeanColourStage"),
        ({"stages.again.like": "colour"}, r"Did you mean 'colours'"),
    ):
        with pytest.raises(StageError, match=said):
            Resolver(Request(leaf, options=options))


def test_kind__is_described(leaf, monkeypatch, capsys):
    assert call(monkeypatch, "tools/describe_method.py", leaf) == 0
    assert "== colours: MeanColourStage(count=3) ==" in capsys.readouterr().out
    assert call(monkeypatch, "tools/describe_method.py", leaf, "--json") == 0
    told = json.loads(capsys.readouterr().out)["stages"]
    assert told["again"] == {"type": "MeanColourStage", "like": "colours"}


def test_kind__is_checked_run_skipped_resumed_and_taken_over(
    leaf, toy_root, tmp_path, monkeypatch, capsys
):
    def run(folder, *reuse, only="colours", **options):
        run_stages(request(leaf, toy_root, folder, **options), only, reuse=reuse)
        return capsys.readouterr().out

    first = tmp_path / "first"
    with pytest.raises(StageError, match="'again' needs stage 'colours'"):
        run(first, only="again")
    monkeypatch.setattr(MeanColourStage, "dies_after", 2)
    with pytest.raises(KeyboardInterrupt):
        run(first)
    monkeypatch.setattr(MeanColourStage, "dies_after", None)
    parts = sorted((first / "colours" / "parts").iterdir())
    assert len(parts) == 2
    with pytest.raises(StageError, match=r"begun with another config.*count: '3'|2"):
        run(first, **{"stages.colours.count": 2})
    before = parts[0].stat().st_mtime_ns
    said = run(first)
    assert "1. colours looks at the colours of the target of" in said
    assert "=== colours: colours ===" in said
    assert "colours: 3 colours" in said
    assert parts[0].stat().st_mtime_ns == before  # went on, did not begin again
    assert "colours: finished, skipped" in run(first)
    assert "2 colours" in run(first, only="again")
    done = json.loads((first / "again" / "done.json").read_text())
    assert "inputs.like" in done["fingerprint"]
    assert "colours_hash" in done
    said = run(tmp_path / "second", first)
    assert f"colours: taken over from {first / 'colours'}" in said


@pytest.mark.slow
def test_kind__finds_its_parts_in_a_process_of_its_own(leaf, toy_root, tmp_path):
    leaf.write_text(
        f"custom_imports = dict(imports=['{Path(__file__).stem}'])\n{leaf.read_text()}"
    )
    command = [sys.executable, "tools/train.py", leaf, "--toy", "--stage", "colours"]
    command += ["--toy-network", "random", "--toy-root", toy_root, "--device", "cpu"]
    places = [ROOT, ROOT / "tests", Path(__file__).parent]
    done = subprocess.run(
        [*map(str, command), "--work-dir", str(tmp_path / "run")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "colours: 3 colours" in done.stdout


def test_check_data__looks_at_what_such_a_stage_reads(
    leaf, toy_root, monkeypatch, capsys
):
    target = "train_dataloader.dataset.domains.target.data_root"
    roots = [f"--source-root={toy_root}/gta5", f"--target-root={toy_root}/cityscapes"]
    check = "tools/check_data.py", leaf, *roots
    assert call(monkeypatch, *check) == 0
    assert "| colours |" in capsys.readouterr().out.replace("  ", " ")
    assert call(monkeypatch, *check, "--cfg-options", f"{target}=/nowhere") == 1


@STAGES.register_module()
class NamelessStage(BaseStage):
    """Does not say what it makes."""


def test_kind__that_makes_nothing_is_refused(leaf):
    leaf.write_text(leaf.read_text().replace("MeanColourStage", "NamelessStage"))
    with pytest.raises(TypeError, match=r"NamelessStage: .*`makes`.*`manifest`"):
        Resolver(Request(leaf, options={"stages.colours.count": None}))


def _texts(path: Path) -> Iterator[str]:
    """Yield the names and the texts of a module, apart from its docstrings."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.id if isinstance(node, ast.Name) else node.attr
        if isinstance(node, ast.ImportFrom):
            yield from (f"of {part}" for part in str(node.module).split("."))
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("room", ["plan", "run"])
def test_plan_and_run__name_no_kind(room):
    own = ("MeanColourStage", "NamelessStage")
    kinds = [name for name in STAGES.module_dict if name not in own]
    assert len(kinds) >= 6
    found = [
        (path.name, text)
        for path in (PACKAGE / room).glob("*.py")
        for text in _texts(path)
        if text in (*kinds, "of kinds")
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted({*STAGES.module_dict} - {"NamelessStage"}))
def test_kinds__declare_what_the_run_asks_for(name):
    kind = STAGES.get(name)
    assert kind.makes
    assert set(kind.takes) <= set(options_of(kind))
    assert kind.__doc__
