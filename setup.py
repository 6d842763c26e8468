"""Puts configs, tools, demo and model index into the package, as OpenMMLab's have them.

A wheel holds copies below ``mmseg_uda/.mim``; an editable install links. mmengine looks
there for a config that is inherited as ``mmseg_uda::FILE``. All else is in setup.cfg.
"""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns, rmtree

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("configs", "tools", "demo", "model-index.yml")
ROOT = Path(__file__).parent


class BuildWithShipped(build_py):
    """Builds the package with what a checkout has beside it."""

    def run(self) -> None:
        """Build, and copy or link."""
        super().run()
        if self.editable_mode:
            self._link(ROOT / "mmseg_uda" / ".mim")
        else:
            self._copy(Path(self.build_lib, "mmseg_uda", ".mim"))

    def _link(self, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for name in SHIPPED:
            link = target / name
            if link.is_symlink() or link.is_file():
                link.unlink()
            elif link.is_dir():
                rmtree(link)
            link.symlink_to(Path("..", "..", name))

    def _copy(self, target: Path) -> None:
        rmtree(target, ignore_errors=True)  # of an earlier build
        target.mkdir(parents=True)
        for name in SHIPPED:
            source = ROOT / name
            if source.is_dir():
                unwanted = ignore_patterns("__pycache__", "*.pyc")
                copytree(source, target / name, ignore=unwanted, dirs_exist_ok=True)
            else:
                copy2(source, target / name)

    def get_outputs(self, include_bytecode: int = 1) -> list[str]:
        """Return all files that are built, those that are copied among them."""
        copied = Path(self.build_lib, "mmseg_uda", ".mim").rglob("*")
        files = [str(path) for path in copied if path.is_file()]
        return super().get_outputs(include_bytecode) + files


setup(cmdclass={"build_py": BuildWithShipped})
