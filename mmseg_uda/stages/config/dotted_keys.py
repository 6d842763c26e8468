"""Options for entries whose own key has a dot, such as ``heads.c_image``."""

from collections.abc import Mapping, Sequence
from typing import Any


def split_by_keys(
    options: Mapping[str, Any], cfg: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Part options by whether mmengine finds their place in a config.

    mmengine splits a dotted key at every dot, so that
    ``optim_wrapper.heads.c_image.optimizer.lr`` would not reach the entry
    ``optim_wrapper["heads.c_image"]``.

    Args:
        options: Dotted key -> value.
        cfg: The config that they are for.

    Returns:
        Options for ``Config.merge_from_dict``, and nested dicts for it, one for each
        option that passes through a key with a dot.
    """
    plain, nested = {}, []
    for key, value in options.items():
        path = _path(key.split("."), cfg)
        if not any("." in part for part in path):
            plain[key] = value
            continue
        for part in reversed(path):
            value = {part: value}
        nested.append(value)
    return plain, nested


def _path(parts: Sequence[str], node: Any) -> list[str]:
    """Join parts of a key to keys that are there, the longest first."""
    for size in range(len(parts), 0, -1):
        key = ".".join(parts[:size])
        if isinstance(node, Mapping) and key in node:
            return [key, *_path(parts[size:], node[key])]
    return list(parts)
