"""Whether this process is a command of ours that reads its arguments first."""

import os
import sys
from multiprocessing import parent_process
from pathlib import Path

#: Set by tools/*.py to their process id, so that it means nothing in their children.
MARK = "MMSEG_UDA_COMMAND"
_NAME = "mmseg-uda"


def by_command() -> bool:
    """Whether parts need not be imported yet, as the command will do it.

    That holds for the command ``mmseg-uda``, ``python -m mmseg_uda`` and
    ``tools/*.py``. A process that one of them starts imports all, as any other program
    does.
    """
    if parent_process() is not None:
        return False
    if os.environ.get(MARK) == str(os.getpid()):
        return True
    started = Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else ""
    return started == _NAME or _as_module()


def _as_module() -> bool:
    """Whether Python was told to run the package as a module."""
    words = sys.orig_argv
    for index, word in enumerate(words[1:-1], 1):
        if word == "-m":
            return words[index + 1] == "mmseg_uda" and sys.argv[:1] in (["-m"], [""])
        if not word.startswith("-"):
            return False
    return False
