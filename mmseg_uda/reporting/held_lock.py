"""Is a process at work on a stage?"""

import fcntl
from pathlib import Path


def is_held(lock: Path) -> bool | None:
    """Tell whether a process holds the lock of a stage.

    The lock is opened for reading, asked for without waiting and let go at once.

    Args:
        lock: The lock file, ``.<stage>.lock``.

    Returns:
        None if that cannot be told: there is no such file, or it lies on a file system
        that cannot lock.
    """
    try:
        with open(lock, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False
