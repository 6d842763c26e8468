"""Files that are complete or absent, never half there."""

import json
import os
import re
from pathlib import Path

_TEMPORARY = re.compile(r"\..+\.\d+\.tmp")


def write_atomic(
    path: str | Path, data: bytes | str, temporary_folder: Path | None = None
) -> None:
    """Write ``data`` to ``path`` so that a kill at any moment leaves no partial file.

    The data goes to a hidden temporary file, reaches the disk, and then replaces
    ``path`` in one step. An older file of that name stays valid up to that step.
    Missing folders are created.

    Args:
        path: File to write.
        data: Its content; text is encoded as UTF-8.
        temporary_folder: Existing folder on the same file system for the temporary
            file; default: that of ``path``.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.parent if temporary_folder is None else temporary_folder
    temporary = folder / f".{path.name}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, content: object) -> None:
    """Write a value as indented JSON, see :func:`write_atomic`."""
    write_atomic(path, json.dumps(content, indent=2) + "\n")


def remove_leftovers(folder: str | Path, below: bool = False) -> None:
    """Delete the temporary files that killed runs left in a folder.

    Args:
        folder: Where to look; it need not exist.
        below: Look into its sub-folders too.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return
    for path in list(folder.rglob(".*.tmp") if below else folder.glob(".*.tmp")):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)
