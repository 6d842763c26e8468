"""A wheel of the package is whole: configs, tools and the command come along."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(*command, cwd, **environment):
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**inherited, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Python of a fresh environment with the wheel that a source archive makes."""
    folder = tmp_path_factory.mktemp("wheel")
    tracked = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).split("\n")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "source" / name)
    run(sys.executable, "setup.py", "-q", "sdist", cwd=folder / "source")
    (archive,) = (folder / "source" / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"]
    run(*pip, "--no-build-isolation", "-w", folder, source, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel, cwd=folder)
    # what it depends on is in this environment; an editable install is not seen so
    site = run(
        python, "-c", "import site; print(site.getsitepackages()[0])", cwd=folder
    )
    others = sysconfig.get_path("purelib")
    Path(site.strip(), "others.pth").write_text(f"{others}\n")
    return python


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_wheel__holds_what_a_checkout_has(python, empty):
    told = run(python, "-c", "import mmseg_uda; print(mmseg_uda.__file__)", cwd=empty)
    shipped = Path(told.strip()).parent / ".mim"
    for name in ("configs", "tools", "demo"):
        here = {p.relative_to(ROOT) for p in (ROOT / name).rglob("*") if p.is_file()}
        there = {p.relative_to(shipped) for p in (shipped / name).rglob("*")}
        assert {p for p in here if "__pycache__" not in p.parts} <= there
    assert (shipped / "model-index.yml").is_file()
    templates = Path("mmseg_uda", "reporting", "templates")
    here = {path.name for path in (ROOT / templates).iterdir()}
    assert here == {path.name for path in (shipped.parents[1] / templates).iterdir()}


def test_wheel__a_config_inherits_one_that_comes_along(python, empty):
    command = python.parent / "mmseg-uda"
    (empty / "own.py").write_text('_base_ = "mmseg_uda::lcrf/mrnet_lcrf_gta.py"\n')
    told = run(command, "describe", "own.py", cwd=empty)
    as_shipped = run(python, "-m", "mmseg_uda", *_SHIPPED, cwd=empty)
    assert told.split("\n")[1:] == as_shipped.split("\n")[1:]
    assert "== stage_two: train ==" in told


_SHIPPED = ("describe", "lcrf/mrnet_lcrf_gta.py")


@pytest.mark.nightly
def test_wheel__trains_on_toycity(python, empty):
    run(
        python.parent / "mmseg-uda",
        "toycity",
        "--only=gta5",
        "--num-gta5-train=2",
        "--workers=1",
        cwd=empty,
    )
    train = [python.parent / "mmseg-uda", "train", "source_only/source_only_gta.py"]
    options = ["toy.iters=2", "train_cfg.val_interval=2", "val_dataloader=None"]
    options += ["val_cfg=None", "val_evaluator=None"]
    told = run(
        *train,
        "--toy",
        "--toy-network=random",
        "--device=cpu",
        "--cfg-options",
        *options,
        cwd=empty,
    )
    assert "=== train: training, 2 iterations ===" in told
    work = empty / "work_dirs" / "toy" / "source_only_gta" / "train"
    assert (work / "done.json").is_file()
    assert "train: finished, skipped" in run(
        python, "-m", "mmseg_uda", *train[1:], "--toy", "--toy-network=random",
        "--device=cpu", "--cfg-options", *options, cwd=empty,
    )  # fmt: skip
