"""Names of classes that stand in the order of their numbers."""

from __future__ import annotations

from pathlib import Path

from .color_tables import text_of


def read_names(path: Path) -> list[str]:
    """Return the names of classes 0, 1, 2, ... of a text file, one a line.

    Args:
        path: A list of names (``classes.txt``), or a ``labelmap.txt``, of whose lines
            ``name:r,g,b:parts:actions`` the names are taken.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it names a class twice, or none.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no list of classes {path}")
    lines = [line.strip() for line in text_of(path).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and all(line.count(":") >= 3 for line in lines):
        lines = [line.rsplit(":", 3)[0].strip() for line in lines]
    if not lines or len(set(lines)) < len(lines):
        raise ValueError(f"{path} names no class, or one twice: {', '.join(lines)}")
    return lines


def has_no_colors(path: Path) -> bool:
    """Whether a ``labelmap.txt`` leaves the colours of all its classes empty."""
    lines = [line.strip() for line in text_of(path).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return bool(lines) and all(line.rsplit(":", 3)[1:2] == [""] for line in lines)
