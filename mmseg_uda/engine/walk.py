"""Walking through configs."""

from collections.abc import Iterator
from typing import Any


def dicts_in(node: Any, seen: set[int] | None = None) -> Iterator[dict]:
    """Yield every dict inside a config value, outermost first, each object once.

    Args:
        node: Any value of a config.
        seen: Identities of dicts to leave out.
    """
    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    if isinstance(node, dict):
        seen.add(id(node))
        yield node
        for value in list(node.values()):
            yield from dicts_in(value, seen)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from dicts_in(value, seen)


def dicts_by_key(node: Any, key: str) -> Iterator[tuple[str, dict]]:
    """Yield every dict inside a config value with its dotted key, outermost first.

    Args:
        node: Any value of a config.
        key: Its own key.
    """
    if isinstance(node, dict):
        yield key, node
        items = list(node.items())
    elif isinstance(node, list | tuple):
        items = list(enumerate(node))
    else:
        return
    for name, value in items:
        yield from dicts_by_key(value, f"{key}.{name}" if key else str(name))
