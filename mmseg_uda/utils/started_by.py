"""Whether this process is a command of ours that reads its arguments first."""

import os
import sys
from itertools import pairwise
from multiprocessing import current_process, parent_process
from pathlib import Path

#: Set by tools/*.py to their process id, so that it means nothing in their children.
MARK = "MMSEG_UDA_COMMAND"
_NAMES = ("mmseg-uda", "mmseg-uda.exe")


def by_command() -> bool:
    """Whether parts need not be imported yet, as the command will do it.

    That holds for the command ``mmseg-uda``, ``python -m mmseg_uda`` and
    ``tools/*.py``. A process that one of them starts imports all, as any other program
    does.
    """
    # the second is so while a new process still gets to know what it is to do
    if parent_process() is not None or getattr(current_process(), "_inheriting", False):
        return False
    if os.environ.get(MARK) == str(os.getpid()):
        return True
    started = Path(sys.argv[0]) if sys.argv and sys.argv[0] else None
    if started is not None and started.name in _NAMES and started.is_file():
        return True
    return _as_module()


def _as_module() -> bool:
    """Whether Python was told to run the package as a module."""
    words = sys.orig_argv
    return sys.argv[:1] == ["-m"] and ("-m", "mmseg_uda") in pairwise(words)
