"""Values of a config without mmengine's types."""

from collections.abc import Mapping
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
