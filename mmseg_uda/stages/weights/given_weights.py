"""The weight file that a stage starts from, where its config names one."""

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmseg_uda.models.backbones.download import local_file, place_on_disk
from mmseg_uda.weights.weight_files import is_file_name

from ..base_stage import BaseStage
from ..errors import StageError
from .named_weights import ADDRESSES, check_weights_of_config


@dataclass(frozen=True)
class GivenWeights:
    """A weight file of the user's own that a stage starts from.

    Attributes:
        file: As the config names it: a path or an address.
        key: Key of the config that names it.
        config: The config file.
    """

    file: str
    key: str
    config: str | None

    def fetch(self) -> None:
        """Download the file if it is an address; every rank must call this.

        Raises:
            ValueError: If that is not possible.
        """
        if self._is_address:
            local_file(
                self.file, f"Download them elsewhere and set {self.key} to the file"
            )

    def path(self) -> Path:
        """Return where the file lies on this disk.

        Raises:
            StageError: If it does not.
        """
        place = str(place_on_disk(self.file)) if self._is_address else self.file
        return check_weights_of_config(place, self.key, self.config)

    @property
    def _is_address(self) -> bool:
        if "://" not in self.file:
            return False
        if not self.file.startswith(ADDRESSES):
            raise StageError(
                f"{self.key}: weights are fetched from {', '.join(ADDRESSES)} or read "
                f"from a file, got '{self.file}'. Fetch them yourself and set "
                f"{self.key} to the file"
            )
        return True


def given_weights(stage: BaseStage, cfg: Config) -> GivenWeights | None:
    """Return the weight file that a stage starts from, None if there is none.

    ``load_from`` of the stage goes before that of its config. What the config says of
    resuming is left to the run, which goes on by itself.

    Raises:
        StageError: If what the config says is no file name, or asks for more.
    """
    if stage.weights_from is not None:
        if not is_file_name(stage.weights_from):
            return None
        key = f"stages.{stage.name}.load_from"
        return GivenWeights(stage.weights_from, key, str(stage.config))
    file = cfg.get("load_from") if stage.trains else None
    if file is None:
        return None
    if not isinstance(file, str):
        raise StageError(f"load_from must be a weight file or None, got {file!r}")
    if cfg.get("resume"):
        raise StageError(
            f"resume={cfg.resume!r} with load_from='{file}' would go on with the "
            "iteration and the optimizers of that file. A stage here goes on by itself "
            "from its own folder, and takes from load_from the weights alone: leave "
            "resume out"
        )
    return GivenWeights(file, "load_from", cfg.filename)


def stage_of_weights(stage: BaseStage) -> str | None:
    """Return the name of the stage whose weights a stage takes, None if of none."""
    name = stage.weights_from
    return None if name is None or is_file_name(name) else name
