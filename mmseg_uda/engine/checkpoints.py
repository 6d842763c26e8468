"""Finding the checkpoint that an interrupted run goes on from."""

import re
import zipfile
from pathlib import Path

from mmengine.logging import print_log

_ITERATION = re.compile(r"iter_(\d+)\.pth")


def iteration_checkpoints(folder: str | Path) -> dict[int, Path]:
    """All ``iter_N.pth`` files of a folder as ``{N: path}``, ascending in N.

    Args:
        folder: Folder of one training stage; need not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return {}
    found = ((_ITERATION.fullmatch(p.name), p) for p in folder.iterdir())
    return dict(sorted((int(m[1]), path) for m, path in found if m))


def is_complete(path: str | Path) -> bool:
    """Whether a file is a whole ``torch.save`` archive.

    The directory of a zip archive stands at its end, so a truncated file has none.
    Only that directory is read: the cost does not grow with the checkpoint.

    Args:
        path: File to look at.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
    return any(name.endswith("/data.pkl") for name in names)


def find_resumable(folder: str | Path) -> str | None:
    """The newest complete ``iter_N.pth`` of a folder, or None if there is none.

    ``last_checkpoint`` is not trusted: it may be older than the files (a kill between
    the two writes) or name a file at a place the folder was moved from. Incomplete
    files are skipped with a warning and left alone.

    Args:
        folder: Folder of one training stage; need not exist.

    Returns:
        Path of the checkpoint to resume from.
    """
    for path in reversed(iteration_checkpoints(folder).values()):
        if is_complete(path):
            return str(path)
        print_log(
            f"{path} is not a complete checkpoint; looking for an older one.",
            logger="current",
            level=30,
        )
    return None
