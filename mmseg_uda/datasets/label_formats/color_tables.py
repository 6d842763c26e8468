"""Colours as users and annotation tools write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def packed(colors: Any, where: str) -> Iterator[int]:
    """Yield one number, ``r << 16 | g << 8 | b``, for each of one or several colours.

    Args:
        colors: ``"#rrggbb"``, three numbers in 0 to 255, or a list of such.
        where: What names them, for the message.

    Raises:
        ValueError: If one is no colour.
    """
    several = isinstance(colors, Sequence) and not isinstance(colors, str)
    if several and not all(isinstance(part, int) for part in colors):
        for color in colors:
            yield _packed(color, where)
    else:
        yield _packed(colors, where)


def told(color: int) -> str:
    """Return a packed colour as ``'#rrggbb'``."""
    return f"#{int(color):06x}"


def read_table(path: Path) -> dict[str, list]:
    """Return the colours of a table by name, see :class:`ColorLabels`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no table of colours {path}")
    text = text_of(path)
    lines = [line for line in text.splitlines() if line.strip()]
    is_cvat = bool(lines) and all(
        line.lstrip().startswith("#") or line.count(":") >= 2 for line in lines
    )
    table = _cvat(lines, path) if is_cvat else _csv(text, path)
    if not table:
        raise ValueError(f"the table of colours {path} names no class")
    return table


def _cvat(lines: Sequence[str], path: Path) -> dict[str, list]:
    """Read ``name:r,g,b:parts:actions``; a name may hold colons itself."""
    table: dict[str, list] = {}
    for line in lines:
        if line.lstrip().startswith("#"):
            continue
        name, color, _, _ = (["", *line.rsplit(":", 3)] * 2)[-4:]
        if not color.strip():
            raise ValueError(
                f"{path}: '{name}' has no colour. The project that was exported has "
                "none either: give colors={...} instead of the table, or where labels "
                "are class indices IndexLabels(table=...)"
            )
        table.setdefault(name.strip(), []).append(_numbers(color.split(","), path))
    return table


def _csv(text: str, path: Path) -> dict[str, list]:
    rows = csv_rows(text)
    wanted = {"name", "r", "g", "b"}
    names = [str(name).strip().lower() for name in rows.fieldnames or ()]
    if not wanted <= set(names):
        raise ValueError(
            f"{path} is no table of colours: expected lines name:r,g,b:: or a CSV with "
            f"columns name, r, g, b; its first line is {text.splitlines()[:1]}"
        )
    rows.fieldnames = names
    table: dict[str, list] = {}
    for row in rows:
        color = _numbers([row["r"], row["g"], row["b"]], path)
        if not (row["name"] or "").strip():
            raise ValueError(f"{path}: the colour {color} has no name")
        table.setdefault(row["name"].strip(), []).append(color)
    return table


def csv_rows(text: str) -> csv.DictReader:
    """Read a CSV of commas, of semicolons, as Excel writes in some lands, or tabs."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    return csv.DictReader(
        io.StringIO(text), None, delimiter=delimiter, skipinitialspace=True
    )


def text_of(path: Path) -> str:
    """Return the text of a table, in UTF-8.

    Raises:
        ValueError: If it is in another encoding.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not written in UTF-8 ({error}): save it as that"
        ) from error


def _numbers(parts: Sequence[str], path: Path) -> list[int]:
    try:
        return [int(part) for part in parts]
    except (TypeError, ValueError):
        raise ValueError(
            f"{path}: {','.join(map(str, parts))} are no three numbers of a colour"
        ) from None


def _packed(color: Any, where: str) -> int:
    if isinstance(color, str) and (match := _HEX.fullmatch(color.strip())):
        return int(match[1], 16)
    is_rgb = (
        isinstance(color, Sequence)
        and not isinstance(color, str)
        and len(color) == 3
        and all(isinstance(part, int) and 0 <= part <= 255 for part in color)
    )
    if not is_rgb:
        raise ValueError(
            f"{where}: a colour is '#rrggbb' or three numbers in 0 to 255, got "
            f"{color!r}"
        )
    red, green, blue = color
    return red << 16 | green << 8 | blue
