"""Finding the checkpoint that an interrupted run goes on from."""

import re
from pathlib import Path

from mmseg_uda.weights.weight_files import is_intact

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


def find_resumable(folder: str | Path) -> str | None:
    """The newest intact ``iter_N.pth`` of a folder, or None if there is none.

    ``last_checkpoint`` is not trusted: it may be older than the files (a kill between
    the two writes) or name a file at a place the folder was moved from. Truncated and
    damaged files are skipped and left alone. The file is read once to its end; memory
    does not grow with its size.

    Args:
        folder: Folder of one training stage; need not exist.

    Returns:
        Path of the checkpoint to resume from.
    """
    for path in reversed(iteration_checkpoints(folder).values()):
        if is_intact(path):
            return str(path)
    return None
