"""Processes that share the work on region labels."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

import cv2
from mmengine.dist import get_rank
from threadpoolctl import threadpool_limits

from mmseg_uda.utils.progress import with_progress

_CHUNK = 4
# MiB: what all processes may take, what those of a rank share, and each has of its own
_ALL, _SHARED, _OWN = 4096, 896, {"forkserver": 80, "spawn": 400}
_shared: Any = None


@contextmanager
def worker_pool(work: Any, workers: int) -> Iterator[Callable]:
    """Provide a function that calls a method of ``work`` for each of many jobs.

    ``each(method, jobs, title)`` returns when all are done, and shows on rank 0 how far
    that is. The first error ends the rest. Processes begin from a clean one, not as
    forks of this one, whose threads (of OpenMP, of a process group) they would lack.

    Args:
        work: Handed to every process once.
        workers: Processes; with 1, this one does it all.
    """
    if workers == 1:
        with threadpool_limits(limits=1):  # as in the processes
            yield lambda method, jobs, title: _go_through(
                map(getattr(work, method), jobs), jobs, title
            )
        return
    clean = _start_method()
    context = multiprocessing.get_context(clean)
    if clean == "forkserver":  # imports once for all
        context.set_forkserver_preload([__name__, "sklearn.metrics"])
    with ProcessPoolExecutor(workers, context, _begin, (work,)) as pool:
        yield lambda method, jobs, title: _go_through(
            pool.map(_call, [method] * len(jobs), jobs, chunksize=_CHUNK), jobs, title
        )


def default_workers() -> int:
    """Return this rank's part of the cores, of so many as 4 GiB of memory suffice for.

    That is 40 processes of one rank on a machine, or 8 where they can share nothing
    (Windows), and less of several ranks, each of which has what its processes share.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    ranks = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    suffices_for = (_ALL // ranks - _SHARED) // _OWN[_start_method()]
    return max(1, min(cores // ranks, suffices_for))


def _start_method() -> str:
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"


def _go_through(results: Iterator, jobs: Sequence, title: str) -> None:
    if jobs and get_rank() == 0:
        results = with_progress(results, len(jobs), title)
    for _ in results:
        pass


def _begin(work: Any) -> None:
    """Make a process ready: one thread, deaf to Ctrl-C, gone with its parent."""
    global _shared
    _shared = work
    import sklearn.metrics  # noqa: F401  so that its threads are limited, too

    threadpool_limits(limits=1)
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the work
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _call(method: str, job: Any) -> None:
    getattr(_shared, method)(job)
