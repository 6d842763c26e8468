"""The weight files that the model of a config starts from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner.checkpoint import get_deprecated_model_names

from mmseg_uda.engine.from_scratch import (
    INITIALIZERS,
    names_weights,
    start_from_scratch,
)
from mmseg_uda.engine.walk import dicts_by_key
from mmseg_uda.models.backbones.download import UnknownWeightsError, local_file
from mmseg_uda.weights.weight_files import check_is_file

from ..errors import StageError

_KEYS = ("checkpoint", "pretrained", "load_from")
#: What weights are fetched from.
ADDRESSES = ("http://", "https://", "torchvision://", "open-mmlab://", "package://")


@dataclass(frozen=True)
class NamedWeights:
    """A weight file that some part of a model starts from.

    Attributes:
        key: Where the config names it, as a dotted key.
        holder: The dict that names it, and
        name: under which key of its own.
    """

    key: str
    holder: dict
    name: str

    @property
    def file(self) -> str:
        """The file, or its address."""
        return str(self.holder[self.name])

    @property
    def is_address(self) -> bool:
        """Whether it is to be fetched from somewhere."""
        return "://" in self.file


def named_weights(cfg: Mapping[str, Any]) -> Iterator[NamedWeights]:
    """Yield the weight files that a config's model names.

    They are those of mmengine's ``Pretrained``, and what parts call their
    ``checkpoint``, ``pretrained`` or ``load_from`` if it ends like a weight file (other
    libraries know models by name).
    """
    for key, node in dicts_by_key(cfg.get("model") or {}, "model"):
        for name in _KEYS:
            value = node.get(name)
            initial = isinstance(value, str) and node.get("type") in INITIALIZERS
            if initial or names_weights(value):
                yield NamedWeights(f"{key}.{name}", node, name)


def fetch_named_weights(cfg: Config) -> None:
    """Download the weights that a config's model names, and name the files instead.

    Addresses that only mmengine knows are left to it. Under a launcher every rank must
    call this: they wait for each other.

    Raises:
        ValueError: If that is not possible.
    """
    for weights in named_weights(cfg):
        if not weights.file.startswith(ADDRESSES):
            continue
        advice = (
            f"Download them elsewhere and set {weights.key} to the file (or give it "
            "with `--pretrained FILE` if they are the backbone's; `--pretrained none` "
            "starts from random weights)"
        )
        try:
            weights.holder[weights.name] = str(local_file(weights.file, advice))
        except UnknownWeightsError:
            if not _known_elsewhere(weights.file):
                raise


def _known_elsewhere(address: str) -> bool:
    """Whether mmengine itself will look a name up where we don't."""
    scheme, _, name = address.partition("://")
    if scheme == "torchvision":
        return find_spec("torchvision") is not None
    return name in get_deprecated_model_names()


def check_named_weights(cfg: Config) -> None:
    """Check that every weight file that a config's model names is there.

    Raises:
        StageError: If one is not.
    """
    for weights in named_weights(cfg):
        if not weights.is_address:
            check_weights_of_config(weights.file, weights.key, cfg.filename)


def check_weights_of_config(file: str, key: str, config: str | None) -> Path:
    """Return the path of a weight file that a config names, its ``~`` expanded.

    Args:
        file: As the config names it.
        key: Key of the config.
        config: The config file.

    Raises:
        StageError: If there is no such file.
    """
    try:
        return check_is_file(file, key)
    except (FileNotFoundError, ValueError) as error:
        beside = Path(config).absolute().parent / file if config else None
        hint = ""
        if beside is not None and beside.is_file():
            hint = (
                f" There is one at {beside}: a path in a config counts from the "
                "working directory, not from the config"
            )
        raise StageError(f"{error}{hint}") from error


def drop_overwritten(cfg: Config, resumes: bool) -> None:
    """Drop the weights that a model need not start from, since others replace them.

    Args:
        cfg: Config of a training stage, changed in place.
        resumes: Whether a checkpoint of the stage itself replaces them, with all parts;
            else one of another stage does, whose heads are not taken.
    """
    model = cfg.get("model") or {}
    start_from_scratch(model if resumes else model.get("segmentor") or model)
