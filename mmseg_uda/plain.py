"""Values of a config without mmengine's types."""

from collections.abc import Mapping
from typing import Any

_ABSENT = object()


def plain(value: Any) -> Any:
    """Turn config dicts into plain ones and tuples into lists, at any depth.

    What comes out is what JSON gives back, and its text does not vary.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def changed_entries(before: Any, now: Any, name: str = "") -> list[str]:
    """Return ``dotted.key: before -> now`` for each entry that differs.

    Args:
        before: Nested dicts, as :func:`plain` returns them.
        now: The same later. An entry that one of them lacks is ``(absent)`` there.
        name: What is put in front of the keys.
    """
    if not (isinstance(before, Mapping) and isinstance(now, Mapping)):
        return [] if before == now else [f"{name}: {_told(before)} -> {_told(now)}"]
    prefix = f"{name}." if name else ""
    return [
        line
        for key in dict.fromkeys((*before, *now))
        for line in changed_entries(
            before.get(key, _ABSENT), now.get(key, _ABSENT), f"{prefix}{key}"
        )
    ]


def _told(value: Any) -> str:
    return "(absent)" if value is _ABSENT else repr(value)
