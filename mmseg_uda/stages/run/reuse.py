"""Taking over stages that other runs have finished."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import get_world_size

from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.plain import differences

from ..base_stage import BaseStage
from ..errors import StageError
from ..ranks import say
from .record import DONE, read_json


def check_runs(runs: Sequence[Path]) -> None:
    """Check that stages can be taken over from these folders.

    Raises:
        StageError: If one is no folder.
    """
    for run in runs:
        if not run.is_dir():
            raise StageError(
                f"--reuse {run}: there is no such folder. Give the folder of another "
                "run, with a folder for each of its stages, such as work_dirs/<config>"
            )


def take_over(
    stage: BaseStage,
    folder: Path,
    fingerprint: Mapping[str, str],
    runs: Sequence[Path],
    roots: Mapping[str, str] | None = None,
) -> Path | None:
    """Take a stage over from the first run that has finished the same one.

    The same means the same fingerprint, which holds all settings that decide the
    outcome, the seed, and hashes of what the stage starts from. Its name may be
    another. Files are linked, so that they take no room twice and outlive the other
    run's folder, or copied where that is not possible. What looks finished but lacks
    files, holds others than it was finished with, or was made of data that lie
    elsewhere, is passed over with a warning.

    Args:
        stage: The stage.
        folder: Its folder, in which nothing has been made yet.
        fingerprint: What it would run with.
        runs: Folders of other runs.
        roots: Where its training data lie, by dotted key.

    Returns:
        The folder that it was taken from, None if there is none. The completion record
        names it, too.
    """
    for other, done in _finished(runs):
        if done["fingerprint"] != fingerprint or not _same_ranks(stage, done):
            continue
        objection = _objection(stage, other, done, roots or {})
        if not objection:
            origin = {"stage": stage.name, "taken_over_from": str(other)}
            _link(other, folder, {**done, **origin})
            return other
        say(f"{stage.name}: warning: {other} {objection}, passed over")
    return None


def _finished(runs: Sequence[Path]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for run in runs:
        for record in sorted(run.glob(f"*/{DONE}")):
            try:
                done = read_json(record)
            except StageError as error:
                say(f"warning: not taken over: {error}")
                continue
            if done is not None and not done.get("given"):
                yield record.parent, done


def _same_ranks(stage: BaseStage, done: Mapping[str, Any]) -> bool:
    """Whether as many processes trained, on whose number the batch depends."""
    return not stage.trains or done.get("ranks") == get_world_size()


def _objection(
    stage: BaseStage, folder: Path, done: Mapping[str, Any], roots: Mapping[str, str]
) -> str:
    """Say why a stage of the same settings is not taken over, nothing if it can be."""
    was, lies = (_read_by(stage, given) for given in (done.get("data_roots"), roots))
    both = was.keys() & lies.keys()  # one of them may see more domains
    moved = differences(
        {key: was[key] for key in both}, {key: lies[key] for key in both}
    )
    if moved:
        return f"was made of data that lie elsewhere ({'; '.join(moved)})"
    return "" if _is_whole(stage, folder, done) else "is not whole any more"


def _read_by(stage: BaseStage, roots: Mapping[str, str] | None) -> dict[str, str]:
    """Return the folders, resolved, of the data that a stage reads, by their place."""
    of = f".{stage.reads}." if stage.reads else "."
    return {
        key.replace(".images.", "."): os.path.realpath(root.strip("'\""))
        for key, root in (roots or {}).items()
        if of in f".{key}"
    }


def _is_whole(stage: BaseStage, folder: Path, done: Mapping[str, Any]) -> bool:
    try:
        made = stage.outputs(folder)
    except (OSError, StageError):
        return False
    return all(done.get(key) == value for key, value in made.items())


def _link(source: Path, folder: Path, done: Mapping[str, Any]) -> None:
    """Make a folder of links to the files of another one, all of it or nothing."""
    unfinished = folder.with_name(f"{folder.name}.taking_over")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, copy_function=_link_or_copy)
    write_json(unfinished / DONE, done)  # a new file: the other's stays as it is
    if folder.exists():  # of a start that made nothing
        shutil.rmtree(folder)
    unfinished.rename(folder)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)
