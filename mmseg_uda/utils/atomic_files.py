"""Files that are complete or absent, never half there."""

import contextlib
import hashlib
import io
import json
import os
import re
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

_TEMPORARY = re.compile(r"\..+\.\d+\.tmp")
_LONG_NAME = 200  # bytes; file systems allow 255


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

    Raises:
        OSError: If that is not possible, such as for want of space.
    """
    path = Path(path)
    folder = path.parent if temporary_folder is None else temporary_folder
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_replace(path, folder / _temporary_name(path.name), data)
    except OSError as error:
        raise OSError(
            f"cannot write {path}: {error.strerror or error}. Make room or choose "
            "another folder; what was there before is untouched."
        ) from error


def _temporary_name(name: str) -> str:
    """Return the name of a hidden file that is to become ``name``."""
    encoded = os.fsencode(name)
    if len(encoded) > _LONG_NAME:  # with what is added it might be too long for a file
        name = hashlib.sha256(encoded).hexdigest()
    return f".{name}.{os.getpid()}.tmp"


def _write_and_replace(path: Path, temporary: Path, data: bytes | str) -> None:
    try:
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):  # would hide what went wrong above
            temporary.unlink(missing_ok=True)


def write_json(path: str | Path, content: object) -> None:
    """Write a value as indented JSON, see :func:`write_atomic`."""
    write_atomic(path, json.dumps(content, indent=2) + "\n")


def write_npz(path: str | Path, **arrays: Any) -> None:
    """Write arrays as an uncompressed ``.npz`` file, see :func:`write_atomic`."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomic(path, buffer.getvalue())


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


def check_writable(folder: str | Path, option: str) -> None:
    """Check that a folder can be written into, or made; leaves nothing behind.

    Args:
        folder: The folder.
        option: What sets it, for the message.

    Raises:
        OSError: If it cannot.
    """
    there = Path(folder).absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise NotADirectoryError(
            f"cannot write into {folder}: {there} is not a folder. Choose a folder "
            f"with {option}, or move that file away."
        )
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise PermissionError(
            f"cannot write into {folder}: {error.strerror or error}. Choose another "
            f"folder with {option}."
        ) from error
