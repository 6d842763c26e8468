"""COCO's annotation files: reading and checking them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from .json_file import read_json

_ID = (int, str)
_KEYS = {
    "images": {"id": _ID, "file_name": str, "width": int, "height": int},
    "annotations": {"image_id": _ID, "category_id": _ID},
    "categories": {"id": _ID, "name": str},
}
#: Annotations and their segments where a PNG says which pixel is which.
_PANOPTIC = {"image_id": _ID, "file_name": str, "segments_info": list}
_SEGMENT = {"id": int, "category_id": _ID}
_LISTS = ("images", "annotations", "categories")
_UNIQUE = (("images", "id"), ("images", "file_name"), ("categories", "id"))


def read_coco(path: str | Path, panoptic: bool = False) -> dict[str, list[dict]]:
    """Return the lists ``images``, ``annotations`` and ``categories`` of a file.

    Args:
        path: The file.
        panoptic: Whether an annotation is the PNG of an image, with the list
            ``segments_info``; else it is a shape.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, or an entry lacks what is needed.
    """
    path = Path(path)
    content = read_json(path)
    missing = [name for name in _LISTS if not _is_list(content, name)]
    if missing:
        raise ValueError(
            f"{path} is no annotation file of COCO: it has no list {missing[0]}"
        )
    kinds = {**_KEYS, "annotations": _PANOPTIC} if panoptic else _KEYS
    for name, keys in kinds.items():
        _check_all(content[name], keys, f"{path}, {name}")
    for entry in (*content["images"], *(content["annotations"] if panoptic else ())):
        # programs of Windows write its paths
        entry["file_name"] = entry["file_name"].replace("\\", "/")
    for image in content["images"]:
        _check_inside(image["file_name"], path)
    for name, key in _UNIQUE:
        _check_unique(content[name], key, f"{path}, {name}")
    shapes = content["annotations"]
    if panoptic:
        shapes = [one for told in shapes for one in _segments(told, path)]
        _check_unique(content["annotations"], "image_id", f"{path}, annotations")
    _check_references(content, shapes, path)
    return {name: content[name] for name in _LISTS}


def _is_list(content: Any, name: str) -> bool:
    return isinstance(content, Mapping) and isinstance(content.get(name), list)


def _check_all(
    entries: Sequence[Any], keys: Mapping[str, type | tuple], where: str
) -> None:
    """Check that entries have keys, of these types."""
    for entry in entries:
        given = entry if isinstance(entry, Mapping) else {}
        wrong = [k for k, kind in keys.items() if not isinstance(given.get(k), kind)]
        if wrong:
            shown = str(entry)[:80]
            raise ValueError(
                f"{where}: {shown} has no {', '.join(wrong)}, or a wrong one"
            )


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
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(
            f"{path} names the image '{name}': names are paths below the image folder, "
            "without '..'"
        )


def _segments(told: Mapping[str, Any], path: Path) -> list[dict]:
    """Return the segments of an image, each with the image that it is of."""
    where = f"{path}, segments_info of {told['file_name']}"
    _check_all(told["segments_info"], _SEGMENT, where)
    _check_unique(told["segments_info"], "id", where)
    _check_inside(told["file_name"], path)
    return [{**one, "image_id": told["image_id"]} for one in told["segments_info"]]


def _check_references(
    content: Mapping[str, list[dict]], shapes: Sequence[Mapping], path: Path
) -> None:
    images = {image["id"] for image in content["images"]}
    categories = {category["id"] for category in content["categories"]}
    for shape in shapes:
        for key, known in (("image_id", images), ("category_id", categories)):
            if shape[key] not in known:
                raise ValueError(
                    f"{path}: annotation {shape.get('id', '')} has the {key} "
                    f"{shape[key]}, which the file does not list"
                )
