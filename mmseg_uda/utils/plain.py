"""Values of a config without mmengine's types, and how two configs differ."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Turn config dicts into plain ones and tuples into lists, at any depth.

    What comes out is what JSON gives back, and its text does not vary.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def flattened(value: Any, skip: Collection[str] = ()) -> dict[str, Any]:
    """Return nested dicts and lists as one dict with dotted keys.

    Args:
        value: What to flatten. An item of a list gets its index as key; an empty dict
            or list stays as it is.
        skip: Keys of dicts, at any depth, that are left out.
    """
    return dict(_entries(value, "", skip))


def differences(
    before: Mapping[str, Any], now: Mapping[str, Any], tell: Callable = repr
) -> list[str]:
    """Return one line ``key: before -> now`` for each entry that differs.

    Args:
        before: Flat, as :func:`flattened` returns it.
        now: The same later. An entry that one of them lacks is ``(absent)`` there.
        tell: Turns a value into text.
    """

    def told(entries: Mapping[str, Any], key: str) -> str:
        return tell(entries[key]) if key in entries else "(absent)"

    return [
        f"{key}: {told(before, key)} -> {told(now, key)}"
        for key in sorted({*before, *now})
        if key not in before or key not in now or before[key] != now[key]
    ]


def _entries(
    node: Any, prefix: str, skip: Collection[str]
) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        items = [(str(key), value) for key, value in node.items() if key not in skip]
    elif isinstance(node, list | tuple):
        items = [(str(index), value) for index, value in enumerate(node)]
    else:
        yield prefix, node
        return
    if not items:
        yield prefix, {} if isinstance(node, Mapping) else []
    for key, value in items:
        yield from _entries(value, f"{prefix}.{key}" if prefix else key, skip)
