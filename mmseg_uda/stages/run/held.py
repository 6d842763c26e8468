"""One process at a time for each stage of a run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from filelock import FileLock, Timeout

from mmseg_uda.utils.ranks import on_rank_zero

from ..base_stage import BaseStage
from ..errors import StageError
from ..plan.resolve import Resolver


@contextmanager
def held(resolver: Resolver, stages: Sequence[BaseStage]) -> Iterator[None]:
    """Keep other processes off the folders of stages; all ranks of a run are one.

    Stages that are not named stay free, so two processes may run one of them each. What
    is held is free again when the process ends, however that happens.

    Raises:
        StageError: If another process holds one of them.
    """
    with ExitStack() as locks:
        on_rank_zero(_hold, resolver, stages, locks)
        yield


def _hold(resolver: Resolver, stages: Sequence[BaseStage], locks: ExitStack) -> None:
    resolver.work_dir.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        folder = resolver.folder(stage)
        lock = FileLock(folder.with_name(f".{folder.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StageError(
                f"another process is running stage '{stage.name}' in {folder}. Wait "
                "for its end, stop it, or choose another --work-dir."
            ) from error
        except NotImplementedError:  # some network file systems cannot lock
            return
        locks.callback(lock.release)
