"""Writing files so that they are complete or absent, never half there."""

import os
import re
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

_TEMPORARY = re.compile(r"\..+\.\d+\.tmp")


def write_atomic(path: str | Path, data: bytes | str) -> None:
    """Write ``data`` to ``path`` so that a kill at any moment leaves no partial file.

    The data goes to a hidden temporary file in the same folder, reaches the disk, and
    then replaces ``path`` in one step. An older file of that name stays valid up to
    that step. Missing folders are created.

    Args:
        path: File to write.
        data: Its content; text is encoded as UTF-8.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: str | Path) -> None:
    """Delete the temporary files that killed runs left in ``folder`` (not below it)."""
    folder = Path(folder)
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)


# force: the package may be imported twice in one process (tests that reload it).
@register_backend("atomic", force=True)
class AtomicLocalBackend(LocalBackend):
    """Local disk, every file complete or absent; ``backend_args`` name ``'atomic'``.

    mmengine's own local backend opens the final name and writes into it, so a run
    that is killed while it saves leaves a truncated checkpoint under a good name.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes, see :func:`write_atomic`."""
        write_atomic(filepath, obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = "utf-8") -> None:
        """Write text, see :func:`write_atomic`."""
        write_atomic(filepath, obj.encode(encoding))
