"""Weights that the parts of a config start from, and doing without them."""

from collections.abc import Mapping
from typing import Any

from mmseg_uda.weights.weight_files import is_file_name

from .walk import dicts_in

#: The types of mmengine's initializer that reads a weight file.
INITIALIZERS = ("Pretrained", "PretrainedInit")


def names_weights(value: Any) -> bool:
    """Whether an option of a part is a weight file or its address.

    Other libraries know models by name, which is neither.
    """
    return isinstance(value, str) and ("://" in value or is_file_name(value))


def loads_itself(part: Mapping[str, Any]) -> bool:
    """Whether a part is mmseg's ``TIMMBackbone``, which downloads while it is built."""
    return str(part.get("type")).rpartition(".")[2] == "TIMMBackbone"


def start_from_scratch(node: Any) -> None:
    """Drop the pretrained weights of all parts in a value of a config, in place."""
    for part in dicts_in(node):
        if names_weights(part.get("pretrained")):
            part["pretrained"] = None
        if _reads_file(part.get("init_cfg")):
            part["init_cfg"] = None
        if loads_itself(part):
            part["pretrained"] = False  # its default is True
            part.pop("checkpoint_path", None)


def _reads_file(init_cfg: Any) -> bool:
    entries = init_cfg if isinstance(init_cfg, list | tuple) else [init_cfg]
    return any(
        isinstance(entry, Mapping) and entry.get("type") in INITIALIZERS
        for entry in entries
    )
