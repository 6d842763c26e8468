"""A stage as text and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Told:
    """A stage as text and as plain data, for ``tools/describe_method.py``.

    Args:
        heading: What it is.
        body: Its equation, or what else is to be said; may be empty.
        data: The same as what JSON can hold.
    """

    heading: str
    body: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def as_call(options: Mapping[str, Any]) -> str:
    """Return a config dict as the call that it stands for."""
    told = {k: as_call(v) if _has_type(v) else v for k, v in options.items()}
    listed = ", ".join(f"{key}={value}" for key, value in told.items() if key != "type")
    return f"{options['type']}({listed})"


def _has_type(value: object) -> bool:
    return isinstance(value, Mapping) and "type" in value
