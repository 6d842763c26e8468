"""Supervisely's annotation files, one an image: reading and checking them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Kinds of objects that cover no pixels.
BARE = ("point", "line", "graph", "cuboid")


@dataclass(frozen=True)
class SuperviselyFile:
    """What an annotation file says.

    Attributes:
        size: Width and height of its image.
        objects: In the order in which they are drawn.
    """

    size: tuple[int, int]
    objects: tuple[Mapping[str, Any], ...]

    @property
    def drawn(self) -> tuple[Mapping[str, Any], ...]:
        """The objects that cover pixels."""
        return tuple(o for o in self.objects if kind_of(o) not in BARE)


def read_supervisely(path: str | Path) -> SuperviselyFile:
    """Read an annotation file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is none, or an object lacks what is needed.
    """
    try:
        content = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"the label {path} is no JSON: {error}") from error
    if not is_supervisely(content):
        raise ValueError(
            f"the label {path} is no annotation file of Supervisely: it has no "
            "'size' (height, width) and list 'objects'"
        )
    size = content["size"]["width"], content["size"]["height"]
    if not all(isinstance(side, int) and side > 0 for side in size):
        raise ValueError(f"the label {path} says that its image is {size} pixels large")
    for number, told in enumerate(content["objects"], 1):
        if not isinstance(told, Mapping) or not isinstance(told.get("classTitle"), str):
            raise ValueError(
                f"the label {path}, object {number}, has no classTitle: "
                f"{str(told)[:80]}"
            )
    return SuperviselyFile(size, tuple(content["objects"]))


def is_supervisely(content: Any) -> bool:
    """Whether the content of a JSON file is that of an annotation of Supervisely."""
    if not isinstance(content, Mapping) or not isinstance(content.get("objects"), list):
        return False
    size = content.get("size")
    return isinstance(size, Mapping) and {"height", "width"} <= set(size)


def kind_of(told: Mapping[str, Any]) -> str:
    """Return the kind of an object; old files tell a bitmap by what it holds alone."""
    kind = told.get("geometryType") or told.get("shape")
    return str(kind or ("bitmap" if told.get("bitmap") else "polygon"))


def read_meta(path: str | Path) -> dict[str, str | None]:
    """Return the colours of the classes of a project by name, ``#rrggbb`` or None.

    Args:
        path: Its ``meta.json``.

    Raises:
        ValueError: If it is no such file.
    """
    try:
        content = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    if not is_meta(content):
        raise ValueError(
            f"{path} is no meta.json of Supervisely: it has no list 'classes' of which "
            "each has a title"
        )
    return {one["title"]: one.get("color") for one in content["classes"]}


def is_meta(content: Any) -> bool:
    """Whether the content of a JSON file is that of a project's ``meta.json``."""
    classes = content.get("classes") if isinstance(content, Mapping) else None
    return isinstance(classes, list) and all(
        isinstance(one, Mapping) and isinstance(one.get("title"), str)
        for one in classes
    )
