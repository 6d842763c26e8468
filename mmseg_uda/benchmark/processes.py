"""The processes that a benchmark starts, which end with it."""

import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

_LINES_TOLD = 8
# Several trainings whose threads share the cores wait for each other most of the time:
# two of two threads on two cores took ten times as long as two of one thread. And the
# number of threads moves the last digits of a loss.
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}


class Processes:
    """Runs commands, from several threads, until it is told to stop.

    Each computes on one thread unless ``OMP_NUM_THREADS`` says otherwise.

    Args:
        folder: Working directory of the commands.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen] = set()
        self._stopped = False

    def call(self, what: str, command: Sequence[str], log: Path) -> dict[str, float]:
        """Run a command and return its CPU minutes and peak memory in MiB.

        Args:
            what: What the command does, for a message.
            command: Program and arguments.
            log: File that what it says is added to.

        Raises:
            RuntimeError: If it fails, or :meth:`stop` has been called.
        """
        with log.open("ab") as stream:
            with self._lock:
                if self._stopped:
                    raise RuntimeError("the benchmark was stopped")
                child = subprocess.Popen(
                    command,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder,
                    env={**_ONE_THREAD, **os.environ},
                )
                self._children.add(child)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self._children.discard(child)
        if child.returncode:
            raise RuntimeError(
                f"{what} failed (exit status {child.returncode}), see {log}; the "
                f"same command goes on where it stopped. It ends with:\n{_end_of(log)}"
            )
        return {
            "cpu_minutes": round((usage.ru_utime + usage.ru_stime) / 60, 2),
            "peak_mib": round(usage.ru_maxrss / 1024),
        }

    def stop(self) -> None:
        """End what runs, and start nothing any more."""
        with self._lock:
            self._stopped = True
            for child in self._children:
                child.terminate()


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").rstrip().splitlines()
    return "\n".join(lines[-_LINES_TOLD:])
