"""The folder of an export: whole or absent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from mmseg_uda.utils.atomic_files import check_writable

REPORT = "export.json"


def check_free(folder: str | Path, overwrite: bool) -> None:
    """Check that an export can be put into a folder, before it is made.

    Raises:
        FileExistsError: If there is one and ``overwrite`` is off, or something else.
        OSError: If the folder cannot be made.
    """
    folder = Path(folder)
    check_writable(folder, "--out")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / REPORT).is_file():
        raise FileExistsError(
            f"{folder} holds other files than an export: choose another folder with "
            "--out"
        )
    if not overwrite:
        raise FileExistsError(
            f"{folder} holds an export already: choose another folder with --out, or "
            "replace it with --overwrite"
        )


@contextmanager
def export_folder(folder: str | Path) -> Iterator[Path]:
    """Give a hidden folder that takes the place of ``folder`` if all goes well."""
    folder = Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".{folder.name}.export-*"):  # of killed ones
        shutil.rmtree(left, ignore_errors=True)
    made = Path(mkdtemp(prefix=f".{folder.name}.export-", dir=folder.parent))
    made.chmod(0o777 & ~_umask(made))
    try:
        yield made
        if folder.exists():
            shutil.rmtree(folder)
        made.replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _umask(folder: Path) -> int:
    """Return what new folders get taken away, without changing it for others."""
    probe = folder / "probe"
    probe.mkdir()
    mode = probe.stat().st_mode
    probe.rmdir()
    return 0o777 & ~mode
