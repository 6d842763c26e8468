"""COCO's annotation files: reading and checking them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

_ID = (int, str)
_KEYS = {
    "images": {"id": _ID, "file_name": str, "width": int, "height": int},
    "annotations": {"image_id": _ID, "category_id": _ID},
    "categories": {"id": _ID, "name": str},
}
_LISTS = ("images", "annotations", "categories")
_UNIQUE = (("images", "id"), ("images", "file_name"), ("categories", "id"))


def read_coco(path: str | Path) -> dict[str, list[dict]]:
    """Return the lists ``images``, ``annotations`` and ``categories`` of a file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, or an entry lacks what is needed.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no annotation file {path}: say where it lies below data_root "
            "with annotations=..."
        )
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    missing = [name for name in _LISTS if not _is_list(content, name)]
    if missing:
        raise ValueError(
            f"{path} is no annotation file of COCO: it has no list {missing[0]}"
        )
    for name, keys in _KEYS.items():
        for entry in content[name]:
            _check(entry, keys, f"{path}, {name}")
    for image in content["images"]:
        _check_inside(image["file_name"], path)
    for name, key in _UNIQUE:
        _check_unique(content[name], key, f"{path}, {name}")
    _check_references(content, path)
    return {name: content[name] for name in _LISTS}


def _is_list(content: Any, name: str) -> bool:
    return isinstance(content, Mapping) and isinstance(content.get(name), list)


def _check(entry: Any, keys: Mapping[str, type | tuple], where: str) -> None:
    """Check that an entry has keys, of these types."""
    given = entry if isinstance(entry, Mapping) else {}
    wrong = [key for key, kind in keys.items() if not isinstance(given.get(key), kind)]
    if wrong:
        shown = str(entry)[:80]
        raise ValueError(f"{where}: {shown} has no {', '.join(wrong)}, or a wrong one")


def _check_unique(entries: Sequence[Mapping], key: str, where: str) -> None:
    seen = set()
    for entry in entries:
        if entry[key] in seen:
            raise ValueError(
                f"{where}: the {key} {entry[key]} occurs twice. Files that were put "
                "together need new ids"
            )
        seen.add(entry[key])


def _check_inside(name: str, path: Path) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name:
        raise ValueError(
            f"{path} names the image '{name}': names are paths below the image folder, "
            "with forward slashes and without '..'"
        )


def _check_references(content: Mapping[str, list[dict]], path: Path) -> None:
    images = {image["id"] for image in content["images"]}
    categories = {category["id"] for category in content["categories"]}
    for shape in content["annotations"]:
        for key, known in (("image_id", images), ("category_id", categories)):
            if shape[key] not in known:
                raise ValueError(
                    f"{path}: annotation {shape.get('id', '')} has the {key} "
                    f"{shape[key]}, which the file does not list"
                )
