"""The folders of a run's stages before it starts: moved aside, given, or stale."""

from collections.abc import Callable, Container, Sequence
from pathlib import Path

from mmengine.config import Config

from mmseg_uda.engine.toy_data import toy_domains
from mmseg_uda.toycity import ensure_toycity
from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.weights.checkpoints import file_hash

from ..base_stage import BaseStage
from ..checks.full_size_weights import toy_explained
from ..checks.model import check_model
from ..config.request import Request
from ..errors import StageError
from ..plan.resolve import Resolver
from ..ranks import say
from .record import DONE, STARTED, read_json


def move_aside(resolver: Resolver, stages: Sequence[BaseStage]) -> None:
    """Rename the folders of stages that are to run afresh; nothing is deleted."""
    for stage in stages:
        folder = resolver.folder(stage)
        if folder.exists():
            number = 1
            while (aside := Path(f"{folder}.replaced_{number}")).exists():
                number += 1
            folder.rename(aside)
            say(f"{stage.name}: starts afresh; what was there is now in {aside}")


def check_given(resolver: Resolver, file: Path, afresh: Container[str] = ()) -> None:
    """Check that a checkpoint can stand in for the first training stage.

    Args:
        resolver: The run.
        file: The checkpoint.
        afresh: Names of stages whose folders will be moved aside before.

    Raises:
        StageError: If that stage has weights already, or is the only one.
        ValueError: If it does not fit that stage's model, or cannot be read.
    """
    stage, folder = _first_trained(resolver)
    if sum(other.trains for other in resolver.stages) == 1:
        raise StageError(
            f"--stage-one-checkpoint {file}: {resolver.request.config} trains no stage "
            f"but '{stage.name}', so nothing would be left to run. To start that one "
            f"from these weights: --cfg-options load_from={file}. To score them: "
            "tools/test.py"
        )
    if stage.name not in afresh:
        done = read_json(folder / DONE)
        if done is not None and done.get("checkpoint_hash") == file_hash(file):
            return
        if done is not None or (folder / STARTED).exists():
            raise StageError(
                f"--stage-one-checkpoint {file}: stage '{stage.name}' has weights of "
                f"its own in {folder}. Choose another --work-dir, or let the "
                "checkpoint replace them: add --restart."
            )
    with toy_explained(resolver.request.toy):
        check_model(resolver.stage_config(stage), file, trains=False)


def record_given(resolver: Resolver, file: Path) -> None:
    """Let a checked checkpoint stand in for the first training stage, now and later."""
    _, folder = _first_trained(resolver)
    record = {
        "given": True,
        "checkpoint": str(file),
        "checkpoint_hash": file_hash(file),
    }
    done = read_json(folder / DONE) or {}
    if done.get("checkpoint_hash") != record["checkpoint_hash"]:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / DONE, record)


def check_not_stale(
    resolver: Resolver, afresh: Container[str], is_finished: Callable[[str], bool]
) -> None:
    """Check that no stage is there already whose input has still to be made.

    Args:
        resolver: The run.
        afresh: Names of stages whose folders will be moved aside before.
        is_finished: Says whether a stage of that name needs not run.

    Raises:
        StageError: If there is one: it was made from something else.
    """
    for stage in resolver.stages:
        folder = resolver.folder(stage)
        is_there = any((folder / name).exists() for name in (STARTED, DONE))
        if not is_there or stage.name in afresh:
            continue
        if (read_json(folder / DONE) or {}).get("given"):
            continue  # a checkpoint took its place, which was made from nothing here
        for name in stage.builds_on:
            origin = next((s for s in resolver.stages if s.name == name), None)
            if origin is not None and not is_finished(origin.name):
                raise StageError(
                    f"stage '{stage.name}' was begun or finished with a stage "
                    f"'{origin.name}' that is not there any more. Put "
                    f"{resolver.folder(origin)} back, choose another --work-dir, or "
                    f"run afresh from there on: --restart-from {origin.name}"
                )


def _first_trained(resolver: Resolver) -> tuple[BaseStage, Path]:
    stage = next(stage for stage in resolver.stages if stage.trains)
    return stage, resolver.folder(stage)


def draw_toycity(request: Request, configs: Sequence[Config]) -> None:
    """Draw what the configs read of ToyCity, if they are on it and it is not there.

    Raises:
        StageError: If that is not possible.
    """
    if not request.toy:
        return
    root = Path(request.toy_root)
    for path in (root, *root.parents):
        if path.exists() and not path.is_dir():
            raise StageError(
                f"--toy-root {root}: {path} is a file, not a folder. Give the folder "
                "that ToyCity lies in or is to be drawn to."
            )
    try:
        ensure_toycity(root, only=toy_domains(configs, request.toy_root))
    except OSError as error:
        raise StageError(
            f"--toy-root {root}: ToyCity cannot be drawn there: "
            f"{error.strerror or error}. Choose another folder."
        ) from error
