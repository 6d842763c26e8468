"""The folders of a run's stages before it starts: moved aside, given, or stale."""

from collections.abc import Sequence
from pathlib import Path

from mmseg_uda.atomic_files import write_json
from mmseg_uda.checkpoints import file_hash
from mmseg_uda.datasets.toycity import ensure_toycity

from .checks import check_model
from .errors import StageError
from .ranks import say
from .record import DONE, STARTED, read_json
from .resolve import Request, Resolver
from .stage import Stage


def move_aside(resolver: Resolver, stages: Sequence[Stage]) -> None:
    """Rename the folders of stages that are to run afresh; nothing is deleted."""
    for stage in stages:
        folder = resolver.folder(stage)
        if folder.exists():
            number = 1
            while (aside := Path(f"{folder}.replaced_{number}")).exists():
                number += 1
            folder.rename(aside)
            say(f"{stage.name}: starts afresh; what was there is now in {aside}")


def record_given(resolver: Resolver, checkpoint: str) -> None:
    """Let a checkpoint stand in for the first training stage, now and in later runs.

    Raises:
        StageError: If the file does not exist or that stage has weights already.
        ValueError: If it does not fit that stage's model.
    """
    stage = next(stage for stage in resolver.stages if stage.trains)
    file = Path(checkpoint).expanduser().resolve()
    if not file.is_file():
        raise StageError(f"--stage-one-checkpoint: {file} does not exist")
    folder = resolver.folder(stage)
    done = read_json(folder / DONE)
    record = {
        "given": True,
        "checkpoint": str(file),
        "checkpoint_hash": file_hash(file),
    }
    if done is not None and done.get("checkpoint_hash") == record["checkpoint_hash"]:
        return
    if done is not None or (folder / STARTED).exists():
        raise StageError(
            f"--stage-one-checkpoint {file}: stage '{stage.name}' has weights of its "
            f"own in {folder}. Choose another --work-dir, or let the "
            "checkpoint replace them: add --restart."
        )
    check_model(resolver.stage_config(stage), file, trains=False)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / DONE, record)


def check_not_stale(resolver: Resolver) -> None:
    """Check that no stage is there already whose input has still to be made.

    Raises:
        StageError: If there is one: it was made from something else.
    """
    for stage in resolver.stages:
        folder = resolver.folder(stage)
        if not any((folder / name).exists() for name in (STARTED, DONE)):
            continue
        for name in (stage.weights_from, stage.labels):
            origin = next((s for s in resolver.stages if s.name == name), None)
            if origin is not None and not (resolver.folder(origin) / DONE).exists():
                raise StageError(
                    f"stage '{stage.name}' was begun or finished with a stage "
                    f"'{origin.name}' that is not there any more. Put "
                    f"{resolver.folder(origin)} back, choose another --work-dir, or "
                    f"run afresh from there on: --restart-from {origin.name}"
                )


def draw_toycity(request: Request) -> None:
    """Draw ToyCity to disk if the request is for it and it is not there."""
    if request.toy:
        ensure_toycity(request.toy_root)
