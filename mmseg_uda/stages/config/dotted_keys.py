"""Options of a command line: keys with dots, and lists where tuples are meant."""

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
        option that passes through a key with a dot. A list in place of a tuple, as
        ``own.scale=96,64`` is read, is one: transforms tell them apart.
    """
    plain, nested = {}, []
    for key, value in options.items():
        path = _path(key.split("."), cfg)
        value = _like(value, _entry(path, cfg))
        if not any("." in part for part in path):
            plain[key] = value
            continue
        for part in reversed(path):
            value = {part: value}
        nested.append(value)
    return plain, nested


def _entry(path: Sequence[str], node: Any) -> Any:
    """Return what a config has at a place, None if nothing."""
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _like(value: Any, former: Any) -> Any:
    """Return a list as a tuple if it takes the place of one."""
    return (
        tuple(value) if isinstance(value, list) and isinstance(former, tuple) else value
    )


def _path(parts: Sequence[str], node: Any) -> list[str]:
    """Join parts of a key to keys that are there, the longest first."""
    for size in range(len(parts), 0, -1):
        key = ".".join(parts[:size])
        if isinstance(node, Mapping) and key in node:
            return [key, *_path(parts[size:], node[key])]
    return list(parts)
