"""What a stage takes over from the stages before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmseg_uda.weights.checkpoints import file_hash

from ..base_stage import WEIGHTS, BaseStage, Takes
from ..errors import StageError
from ..plan.resolve import Resolver
from ..weights.given_weights import given_weights
from .record import DONE, read_json

# which entry of a completion record a stage's `weights` option means
_ENTRY = {"final": "checkpoint", "best": "best"}


@dataclass(frozen=True)
class Inputs:
    """What a stage starts from.

    Args:
        weights: Checkpoint to start from or to predict with, if any.
        hashes: SHA-256 of all that it takes, which belong to its fingerprint.
        paths: Of what its options take of other stages, the folder, or the file of
            weights, by the name of the stage, by option.
    """

    weights: Path | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)

    def of(self, option: str) -> Mapping[str, Path]:
        """Return what an option takes, by the name of the stage it is taken of."""
        return self.paths.get(option) or {}


def inputs_of(stage: BaseStage, cfg: Config, resolver: Resolver) -> Inputs:
    """Find the inputs of a stage; whether their files are still there is not checked.

    Raises:
        StageError: If a stage that it builds on is not finished, or kept no best
            checkpoint where that is asked for.
    """
    weights, hashes, paths = None, {}, {}
    given = given_weights(stage, cfg)
    if given is not None:
        weights = given.path()
        hashes["weights"] = file_hash(weights)
    for option, takes in stage.takes.items():
        paths[option] = {}
        for index, name in enumerate(stage.named(option)):
            path, digest = _taken(takes, name, stage, resolver)
            paths[option][name] = path
            hashes[_key(takes, option, name, index)] = digest
            if takes.product == WEIGHTS and not takes.many:
                weights = path
    return Inputs(weights, hashes, paths)


def _taken(
    takes: Takes, name: str, user: BaseStage, resolver: Resolver
) -> tuple[Path, str]:
    """Return what a stage takes of another one, and its hash."""
    if takes.product == WEIGHTS:
        return _weights_of(name, user, resolver)
    folder = resolver.folder(name)
    done = need_finished(name, user, folder)
    return folder, done[f"{takes.product}_hash"]


def _key(takes: Takes, option: str, name: str, index: int) -> str:
    """Return the name of what is taken in the fingerprint of the stage that takes."""
    key = takes.key or option
    if not takes.many:
        return key
    return f"{key}_{index if takes.numbered else name}"


def _weights_of(name: str, user: BaseStage, resolver: Resolver) -> tuple[Path, str]:
    folder = resolver.folder(name)
    file, digest = weights_in(name, need_finished(name, user, folder), user)
    return folder / file, digest  # unless it is absolute


def check_there(stage: BaseStage, inputs: Mapping[str, Path]) -> None:
    """Check that the weights of other stages that a stage takes are still on disk.

    Args:
        stage: The stage that takes them.
        inputs: The files by the name of the stage that made them.

    Raises:
        StageError: If they are not.
    """
    for name, file in inputs.items():
        if not file.is_file():
            raise StageError(
                f"stage '{stage.name}' needs {file}, which is gone. Put it back, or "
                f"train it again: --restart-from {name}"
            )


def weights_taken(stage: BaseStage, inputs: Inputs) -> dict[str, Path]:
    """Return the files of weights that a stage takes of others, by their names."""
    return {
        name: file
        for option, takes in stage.takes.items()
        if takes.product == WEIGHTS
        for name, file in inputs.of(option).items()
    }


def weights_in(
    origin: str, done: Mapping[str, Any], stage: BaseStage
) -> tuple[str, str]:
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
            f"'{origin}', which kept none: it was not validated, or writes one file. "
            "Use weights='final'."
        )
    return done[which], done[f"{which}_hash"]


def need_finished(name: str, user: BaseStage, folder: Path) -> dict[str, Any]:
    """Return the completion record of a stage that another one needs.

    Raises:
        StageError: If it is not finished.
    """
    done = read_json(folder / DONE)
    if done is None:
        raise not_finished(name, user, folder)
    return done


def not_finished(name: str, user: BaseStage, folder: Path) -> StageError:
    """Return the error that a stage lacks an earlier one."""
    return StageError(
        f"stage '{user.name}' needs stage '{name}', which is not finished in {folder}. "
        f"Run it first (--stage {name}), or all: leave --stage out."
    )
