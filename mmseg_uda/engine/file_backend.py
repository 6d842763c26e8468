"""mmengine's way of writing files, made safe against a kill."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mmseg_uda.utils.atomic_files import write_atomic


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
