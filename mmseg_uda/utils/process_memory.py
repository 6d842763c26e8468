"""How much memory the processes of a pool take, as Linux tells it."""

import multiprocessing
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05  # seconds
_FIELD = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)


@dataclass
class WorkerMemory:
    """The most that one process was seen to take, in MiB.

    Args:
        own: Pages that no other process has.
        shared: Pages that others have, too, at the time of the most own ones.
    """

    own: float = 0.0
    shared: float = 0.0


@contextmanager
def watched_children() -> Iterator[WorkerMemory]:
    """Watch the processes that multiprocessing has started for this one.

    Yields:
        What is filled in meanwhile, from ``/proc/<pid>/smaps_rollup``; all 0 where
        there is none (other systems than Linux).
    """
    most, ended = WorkerMemory(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(most, ended), daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


def _watch(most: WorkerMemory, ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        for child in multiprocessing.active_children():
            now = memory_of(child.pid)
            if now.own > most.own:
                most.own, most.shared = now.own, now.shared


def memory_of(pid: int) -> WorkerMemory:
    """Return what a process takes now; all 0 if that cannot be read."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has just ended, or this is not Linux
        return WorkerMemory()
    kib = {name: int(value) for name, value in _FIELD.findall(text)}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    return WorkerMemory(own / 2**10, (kib["Rss"] - own) / 2**10)
