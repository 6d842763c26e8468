"""What a run has left in its folder: its stages, in the order they build on another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmseg_uda.stages.run.record import DONE, STARTED

from .held_lock import is_held
from .stage_record import StageRecord

_ASIDE = ".replaced_"  # what --restart leaves


@dataclass(frozen=True)
class RunRecord:
    """A run as its folder shows it.

    Args:
        folder: Its folder.
        stages: Its stages, those that have not begun last.
    """

    folder: Path
    stages: Sequence[StageRecord]

    @property
    def label(self) -> str:
        """What it is called: the last two parts of its path."""
        return "/".join(self.folder.resolve().parts[-2:]).lstrip("/")

    @property
    def trained(self) -> list[StageRecord]:
        """The stages that have trained, finished or not."""
        return [stage for stage in self.stages if stage.trains]

    @property
    def scored(self) -> list[StageRecord]:
        """The stages that have scores."""
        return [stage for stage in self.trained if stage.final]

    def stage(self, name: str) -> StageRecord:
        """Return the stage of that name."""
        return next(stage for stage in self.stages if stage.name == name)


def read_run(folder: str | Path) -> RunRecord:
    """Read the folder of a run, finished or not.

    Args:
        folder: The work folder, as ``--work-dir`` of ``mmseg-uda train`` names it.

    Raises:
        FileNotFoundError: If there is no such folder, or no run in it.
        ValueError: If one of its files is damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"there is no folder {folder} (looked in {Path.cwd()}). Give the folder of "
            "a run: --work-dir of mmseg-uda train, or work_dirs/<name of the config>"
        )
    if any((folder / name).is_file() for name in (STARTED, DONE)):
        raise FileNotFoundError(
            f"{folder} is one stage of a run; give the folder of the run: "
            f"{folder.parent}"
        )
    begun = [StageRecord(path) for path in _begun(folder)]
    begun_at = {lock: lock.stat().st_mtime_ns for lock in folder.glob(".*.lock")}
    # a run makes all locks in the order of its stages, often within a tick of the clock
    locks = sorted(begun_at, key=lambda lock: (begun_at[lock], lock.stat().st_ino))
    if not begun and not locks:
        raise FileNotFoundError(
            f"{folder} holds no run: none of its folders has a {STARTED} or {DONE}, "
            "which mmseg-uda train writes when a stage begins. Has it begun yet?"
        )
    there = {stage.name for stage in begun}
    open_ones = [_of_lock(lock) for lock in locks if _of_lock(lock).name not in there]
    # a given checkpoint takes the place of a stage and of all that it builds on
    given = {_lock(stage) for stage in begun if stage.done.get("given")}
    newest = max((begun_at.get(lock, 0) for lock in given), default=0)
    return RunRecord(
        folder,
        [
            *(_with_lock(stage) for stage in in_order(begun)),
            *(
                replace(_with_lock(s), passed_over=begun_at[_lock(s)] < newest)
                for s in open_ones
            ),
        ],
    )


def in_order(stages: Sequence[StageRecord]) -> list[StageRecord]:
    """Sort stages such that each comes after those that it takes something from.

    Those that do not depend on each other come as they were begun.
    """
    left = sorted(stages, key=_begun_at)
    ordered: list[StageRecord] = []
    while left:
        free = [s for s in left if not any(o.made & s.inputs for o in left if o != s)]
        ordered.append((free or left)[0])
        left.remove(ordered[-1])
    return ordered


def _begun(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if _ASIDE not in path.name
        and any((path / name).is_file() for name in (STARTED, DONE))
    ]


def _begun_at(stage: StageRecord) -> int:
    files = (stage.folder / name for name in (STARTED, DONE))
    return next(file.stat().st_mtime_ns for file in files if file.is_file())


def _lock(stage: StageRecord) -> Path:
    return stage.folder.with_name(f".{stage.name}.lock")


def _of_lock(lock: Path) -> StageRecord:
    return StageRecord(lock.with_name(lock.name[1 : -len(".lock")]))


def _with_lock(stage: StageRecord) -> StageRecord:
    return replace(stage, held=is_held(_lock(stage)))
