"""Label Studio's JSON export: reading and checking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..folders import PICTURE_SUFFIXES
from .json_file import read_json
from .label_studio_names import path_in

#: Kinds of regions that cover no pixels.
BARE = ("keypoint", "vector")
#: What the value of a region of a kind has, the kinds in the order they are tried.
_KINDS = {
    "brush": ("rle",),
    "polygon": ("points",),
    "ellipse": ("x", "y", "radiusX", "radiusY"),
    "rectangle": ("x", "y", "width", "height"),
    "bitmask": ("imageDataURL",),
    "vector": ("vertices",),
    "keypoint": ("x", "y"),
}


@dataclass(frozen=True)
class Region:
    """A region of an annotation: its label, its kind, and Label Studio's value."""

    label: str
    kind: str
    value: Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """An image, and how it was annotated.

    Attributes:
        where: File and number of the task, for messages.
        image: The path by which Label Studio knows the image.
        size: Width and height; None: no region says it.
        regions: In their order; None: it is not annotated.
        others: How many further annotations it has.
    """

    where: str
    image: str
    size: tuple[int, int] | None
    regions: tuple[Region, ...] | None
    others: int


def read_tasks(path: str | Path) -> list[Task]:
    """Return the tasks of an export as JSON.

    Of several annotations of a task that counts which is marked as ground truth, else
    the first, of those that were not cancelled.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, or a task cannot be understood.
    """
    path = Path(path)
    content = read_json(path)
    if not isinstance(content, list) or not all(map(_is_task, content)):
        raise ValueError(
            f"{path} is no list of Label Studio's tasks with 'data' and 'annotations': "
            "export as JSON (not as JSON-MIN)"
        )
    if not content:
        raise ValueError(f"{path} holds no task: export a project with annotations")
    return [
        _task(one, f"{path}, task {one.get('id', i)}")
        for i, one in enumerate(content, 1)
    ]


def _is_task(one: Any) -> bool:
    return (
        isinstance(one, Mapping)
        and isinstance(one.get("data"), Mapping)
        and isinstance(one.get("annotations"), list)
        and all(isinstance(a, Mapping) for a in one["annotations"])
    )


def _task(told: Mapping[str, Any], where: str) -> Task:
    image = _image_of(told, where)
    given = [a for a in told["annotations"] if not a.get("was_cancelled")]
    if not given:
        return Task(where, image, None, None, 0)
    chosen = next((a for a in given if a.get("ground_truth")), given[0])
    results = chosen.get("result")
    if not isinstance(results, list):
        raise ValueError(f"{where}: its annotation has no list 'result'")
    shapes = [r for r in results if isinstance(r, Mapping) and _kind(r) is not None]
    for shape in shapes:
        if shape.get("image_rotation"):
            raise ValueError(
                f"{where}: a region was drawn on the image turned by "
                f"{shape['image_rotation']} degrees: turn it back in Label Studio, and "
                "export again"
            )
    return Task(
        where, image, _size(shapes, where), _regions(shapes, where), len(given) - 1
    )


def _image_of(told: Mapping[str, Any], where: str) -> str:
    """Return what a task calls its image."""
    data = told["data"]
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    if "image" in texts:
        return path_in(texts["image"])
    paths = {path_in(value) for value in texts.values()}
    images = sorted(p for p in paths if p.lower().endswith(PICTURE_SUFFIXES))
    if not images and isinstance(told.get("file_upload"), str):
        return path_in(told["file_upload"])
    if len(images) != 1:
        found = ", ".join(images) or ", ".join(data)
        raise ValueError(
            f"{where}: its data should name one image, such as data.image, and holds "
            f"{found or 'nothing'}"
        )
    return images[0]


def _kind(result: Mapping[str, Any]) -> str | None:
    """Return what a result draws; None for choices, texts and relations."""
    value = result.get("value")
    if not isinstance(value, Mapping):
        return None
    return next(
        (k for k, keys in _KINDS.items() if all(x in value for x in keys)), None
    )


def _size(shapes: Sequence[Mapping], where: str) -> tuple[int, int] | None:
    sizes = {(s.get("original_width"), s.get("original_height")) for s in shapes}
    if not sizes:
        return None
    size = sizes.pop()
    if sizes or not all(isinstance(side, int) and side > 0 for side in size):
        raise ValueError(
            f"{where}: its regions do not agree on how large the image is "
            "(original_width, original_height)"
        )
    return size


def _regions(shapes: Sequence[Mapping], where: str) -> tuple[Region, ...]:
    """Return the regions; one may come twice, with its label and without."""
    labelled = {shape.get("id") for shape in shapes if _labels(shape)}
    regions = []
    for shape in shapes:
        labels, kind = _labels(shape), _kind(shape)
        if not labels and shape.get("id") in labelled:
            continue
        if len(labels) != 1 or not isinstance(labels[0], str):
            has = f"the labels {', '.join(map(str, labels))}" if labels else "no label"
            raise ValueError(
                f"{where}: region {shape.get('id')}, a {kind}, has {has}: give it "
                "one in Label Studio"
            )
        regions.append(Region(labels[0], kind, shape["value"]))
    return tuple(regions)


def _labels(shape: Mapping[str, Any]) -> list:
    found = (v for key, v in shape["value"].items() if key.endswith("labels"))
    return next((v for v in found if isinstance(v, list)), [])
