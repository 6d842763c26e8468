"""What to do with a stage: skip, resume, start, or stop and say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.engine.hooks.result_hook import RESULT, read_result
from mmseg_uda.utils.plain import differences

from ..errors import StageError
from .record import DONE, STARTED, read_json

SKIP, RESUME, START = "skip", "resume", "start"
_SHOWN = 8
_WRITTEN_BY_THE_RUN = (STARTED, "config.py")
_LENGTH = "train_cfg.max_iters"


@dataclass(frozen=True)
class Decision:
    """What to do with a stage.

    Args:
        action: ``'skip'``, ``'resume'`` or ``'start'``.
        checkpoint: What to resume from.
        note: Something to tell the user.
    """

    action: str
    checkpoint: Path | None = None
    note: str = ""


def decide(
    name: str,
    folder: Path,
    now: Mapping[str, str],
    roots: Mapping[str, str],
    leaves: Sequence[str] = ("*.pth",),
) -> Decision:
    """Look into the folder of a stage and decide what to do.

    Args:
        name: Name of the stage.
        folder: Its folder; need not exist.
        now: Fingerprint of the config it would run with.
        roots: Where the training data lie; a move is told, but is no obstacle.
        leaves: Files or folders, as patterns, that a changed config would waste.

    Raises:
        StageError: If the folder belongs to another config, or what should be there
            is not.
    """
    done = read_json(folder / DONE)
    # a finished stage needs no more than its completion record, which holds the other
    record = done or read_json(folder / STARTED)
    if record is None:
        if iteration_checkpoints(folder):
            raise StageError(
                f"{folder} holds checkpoints, but no {STARTED}: they don't come from "
                f"this tool, so stage '{name}' cannot tell what made them. "
                f"Choose another --work-dir, or move them aside: --restart-from {name}."
            )
        return Decision(START)
    if record.get("given"):
        return Decision(SKIP, None, f"replaced by {record['checkpoint']}")
    if done is None and not _has_made_something(folder, leaves):
        changed = differences(record["fingerprint"], now, tell=str)
        note = "it was begun with another config, but made nothing" if changed else ""
        return Decision(START, None, note)
    _check_unchanged(name, folder, record, now, finished=done is not None)
    note = _moved(record.get("data_roots") or {}, roots)
    if done is not None:
        return Decision(SKIP, None, note)
    return _resume(name, folder, note)


def _resume(name: str, folder: Path, note: str) -> Decision:
    newest, written = find_resumable(folder), iteration_checkpoints(folder)
    if newest is None and written:
        raise StageError(
            f"stage '{name}' cannot go on: none of its checkpoints is complete "
            f"({', '.join(path.name for path in written.values())} in {folder}). Put a "
            f"good copy there, or train the stage again: --restart-from {name}."
        )
    if newest is None:
        return Decision(START, None, note)
    read_result(folder / RESULT)  # its history goes on, so it must be whole
    names = [path.name for path in written.values()]
    damaged = names[names.index(Path(newest).name) + 1 :]
    if damaged:
        note = (
            f"warning: {', '.join(damaged)} in {folder} is truncated or damaged; goes "
            f"on from the older {Path(newest).name}. {note}"
        )
    return Decision(RESUME, Path(newest), note)


def _has_made_something(folder: Path, leaves: Sequence[str]) -> bool:
    """Whether a changed config would waste what a begun stage has made."""
    made = (path for pattern in leaves for path in folder.glob(pattern))
    return any(path.name not in _WRITTEN_BY_THE_RUN for path in made)


def _check_unchanged(
    name: str,
    folder: Path,
    record: Mapping[str, Any],
    now: Mapping[str, str],
    finished: bool,
) -> None:
    changed = differences(record["fingerprint"], now, tell=str)
    if not changed:
        return
    # schedules often only follow from the length, which is named first then
    changed.sort(key=lambda line: line.startswith("param_scheduler."))
    more = f"\n  ... and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    if len(changed) > 1:
        more += "\n(One option, such as toy.iters, can stand behind several of them.)"
    more += _how_to_go_on(name, folder, record, now)
    raise StageError(
        f"stage '{name}' in {folder} was {'finished' if finished else 'begun'} with "
        "another config. What has changed (before -> now):\n  "
        + "\n  ".join(changed[:_SHOWN])
        + more
        + "\nUndo the change, choose another --work-dir, or run it and what follows "
        f"afresh: --restart-from {name}. Replaced folders are moved aside, not deleted."
    )


def _how_to_go_on(
    name: str, folder: Path, record: Mapping[str, Any], now: Mapping[str, str]
) -> str:
    """Say how to train on from what is there, if a longer training is asked for."""
    lengths = (known.get(_LENGTH, "") for known in (record["fingerprint"], now))
    before, after = (int(text) if text.isdigit() else 0 for text in lengths)
    written = list(iteration_checkpoints(folder).values())
    if not (0 < before < after and written):
        return ""
    file, more = written[-1], after - before
    return (
        f"\nTo train on from {file.name}, with schedules that begin anew: another "
        f"--work-dir and --cfg-options load_from={file} {_LENGTH}={more} (of several "
        f"stages: stages.{name}.load_from={file} {name}.{_LENGTH}={more} and, for "
        f"those before it, --reuse {folder.parent})."
    )


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    moved = differences(before, now, tell=str)
    return f"its data have moved ({'; '.join(moved)})" if moved else ""
