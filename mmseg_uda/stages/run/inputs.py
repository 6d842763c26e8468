"""What a stage takes over from the stages before it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.regions.fitted import ARRAYS
from mmseg_uda.regions.grids.layout import REPORT
from mmseg_uda.translation.translation_writer import MANIFEST
from mmseg_uda.weights.checkpoints import file_hash

from .errors import StageError
from .given_weights import given_weights, stage_of_weights
from .record import DONE, read_json
from .resolve import Resolver
from .stage import (
    PSEUDO_LABEL,
    REGION_GRID,
    REGION_LABEL,
    TRANSLATE,
    Stage,
)

# the file whose hash stands for all that a stage has made
_MADE = {
    PSEUDO_LABEL: ("labels_hash", "pseudo_labels.json"),
    REGION_LABEL: ("regions_hash", ARRAYS),
    REGION_GRID: ("regions_hash", REPORT),
    TRANSLATE: ("translated_hash", MANIFEST),
}
# which entry of a completion record a stage's `weights` option means
_ENTRY = {"final": "checkpoint", "best": "best"}


@dataclass(frozen=True)
class Inputs:
    """What a stage starts from.

    Args:
        weights: Checkpoint to start from or to predict with, if any.
        labels: Folder of pseudo-labels, if any.
        hashes: SHA-256 of all of them, which belong to the stage's fingerprint.
        regions: Folders of regions by the name of their stage.
        translated: Folder of translated images, if any.
        average_with: Further checkpoints to predict with, by the name of their stage.
    """

    weights: Path | None
    labels: Path | None
    hashes: Mapping[str, str]
    regions: Mapping[str, Path] = field(default_factory=dict)
    translated: Path | None = None
    average_with: Mapping[str, Path] = field(default_factory=dict)


def inputs_of(stage: Stage, cfg: Config, resolver: Resolver) -> Inputs:
    """Find the inputs of a stage; whether their files are still there is not checked.

    Raises:
        StageError: If a stage that it builds on is not finished, or kept no best
            checkpoint where that is asked for.
    """
    hashes = {}
    origin, given = stage_of_weights(stage), given_weights(stage, cfg)
    weights = labels = None
    if given is not None:
        weights = given.path()
        hashes["weights"] = file_hash(weights)
    elif origin is not None:
        weights, hashes["weights"] = _weights_of(origin, stage, resolver)
    others = {}
    for index, name in enumerate(stage.average_with):
        others[name], digest = _weights_of(name, stage, resolver)
        hashes[f"average_with_{index}"] = digest
    if stage.labels is not None:
        labels = resolver.folder(stage.labels)
        hashes["labels"] = need_finished(stage.labels, stage, labels)["labels_hash"]
    regions = {name: resolver.folder(name) for name in stage.regions}
    for name, folder in regions.items():
        done = need_finished(name, stage, folder)
        hashes[f"regions_{name}"] = done["regions_hash"]
    translated = None
    if stage.translated is not None:
        translated = resolver.folder(stage.translated)
        done = need_finished(stage.translated, stage, translated)
        hashes["translated"] = done["translated_hash"]
    return Inputs(weights, labels, hashes, regions, translated, others)


def _weights_of(name: str, user: Stage, resolver: Resolver) -> tuple[Path, str]:
    folder = resolver.folder(name)
    file, digest = weights_in(name, need_finished(name, user, folder), user)
    return folder / file, digest  # unless it is absolute


def outputs_of(stage: Stage, folder: Path) -> dict[str, str]:
    """Describe what a stage has made, for its completion record.

    Raises:
        StageError: If a training stage left no checkpoint.
    """
    if not stage.trains:
        entry, file = _MADE[stage.kind]
        return {entry: file_hash(folder / file)}
    final = find_resumable(folder)
    if final is None:
        raise StageError(
            f"stage '{stage.name}' has ended, but left no iter_*.pth in {folder}; its "
            "default_hooks.checkpoint must save the last iteration"
        )
    newest = list(iteration_checkpoints(folder).values())[-1]
    if Path(final) != newest:
        raise StageError(
            f"stage '{stage.name}' has ended, but its last checkpoint {newest} is "
            "damaged on disk (is the disk full or failing?). Move it away and run the "
            "same command again: it goes on from the one before."
        )
    made = {"checkpoint": Path(final).name, "checkpoint_hash": file_hash(final)}
    best = [
        p for p in folder.glob("best_*.pth") if re.search(r"_iter_\d+\.pth$", p.name)
    ]
    if len(best) == 1:
        made |= {"best": best[0].name, "best_hash": file_hash(best[0])}
    return made


def check_there(
    stage: Stage, weights: Path | None, average_with: Mapping[str, Path]
) -> None:
    """Check that the weights of other stages that a stage takes are still on disk.

    Raises:
        StageError: If they are not.
    """
    made = dict(average_with)
    origin = stage_of_weights(stage)
    if origin is not None and weights is not None:
        made[origin] = weights
    for name, file in made.items():
        if not file.is_file():
            raise StageError(
                f"stage '{stage.name}' needs {file}, which is gone. Put it back, or "
                f"train it again: --restart-from {name}"
            )


def weights_in(origin: str, done: Mapping[str, Any], stage: Stage) -> tuple[str, str]:
    """Return file name and hash of the weights that a stage takes of a finished one.

    Args:
        origin: Name of the finished one.
        done: Its completion record.
        stage: The stage that takes them.

    Raises:
        StageError: If that kept no best checkpoint where it is asked for.
    """
    which = "checkpoint" if done.get("given") else _ENTRY[stage.weights]
    if not (done.get(which) and done.get(f"{which}_hash")):
        raise StageError(
            f"stage '{stage.name}' takes the {stage.weights} weights of "
            f"'{origin}', which kept none: it was not validated. Use weights='final'."
        )
    return done[which], done[f"{which}_hash"]


def need_finished(name: str, user: Stage, folder: Path) -> dict[str, Any]:
    """Return the completion record of a stage that another one needs.

    Raises:
        StageError: If it is not finished.
    """
    done = read_json(folder / DONE)
    if done is None:
        raise not_finished(name, user, folder)
    return done


def not_finished(name: str, user: Stage, folder: Path) -> StageError:
    """Return the error that a stage lacks an earlier one."""
    return StageError(
        f"stage '{user.name}' needs stage '{name}', which is not finished in {folder}. "
        f"Run it first (--stage {name}), or all: leave --stage out."
    )
