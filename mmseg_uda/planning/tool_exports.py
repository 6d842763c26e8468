"""Which tool has exported the labels, where that is not a file of labels an image."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmseg_uda.datasets.annotations.supervisely_file import is_meta, is_supervisely
from mmseg_uda.datasets.names.walk_folder import files_below

from .class_options import GivenClasses
from .coco_labels import find_coco
from .found import FoundLabels
from .label_studio_labels import find_label_studio
from .panoptic_labels import find_panoptic
from .supervisely_labels import find_supervisely, meta_above

_FINDERS = {
    "COCO": find_coco,
    "COCO panoptic": find_panoptic,
    "Label Studio": find_label_studio,
}
#: How Label Studio's converter calls the image of a brush stroke.
_BRUSH = re.compile(r"task-\d+-annotation-\d+-by-.*\.(png|npy)")
_COCO = {"images", "annotations"}
_FOLDERS = ("", "annotations")  # below that of the labels, where exports have the file


def find_export(
    images: Path, labels: Path, given: GivenClasses | None
) -> FoundLabels | None:
    """Find out how an export of COCO, Label Studio or Supervisely is read.

    Args:
        images: Folder of the images.
        labels: The file of an export, or a folder that holds one.
        given: What the user says of the classes; None: nothing.

    Returns:
        What was found; None if the labels are a file an image.

    Raises:
        ValueError: If a folder holds several exports, or one that cannot be read.
    """
    if labels.is_file():
        kind = kind_of(labels)
        if kind is None:
            raise ValueError(
                f"{labels} is no annotation file of COCO (with the lists images, "
                "annotations and categories) or Label Studio (exported as JSON): name "
                "one of these, or a folder of labels"
            )
        return _FINDERS[kind](images, labels, given)
    _refuse_brush_images(labels)
    if _holds_supervisely(labels):
        return find_supervisely(images, labels, given)
    for folder in _FOLDERS:
        files = sorted((labels / folder).glob("*.json"))
        kinds = {path: kind_of(path) for path in files}
        exports = [path for path, kind in kinds.items() if kind is not None]
        if len(exports) > 1:
            raise ValueError(
                f"{labels / folder} holds several annotation files: name the one, "
                + " or ".join(map(str, exports))
            )
        if exports:
            return _FINDERS[kinds[exports[0]]](images, exports[0], given)
    return None


def kind_of(path: Path) -> str | None:
    """Return which export a JSON file is; None if it is none of them."""
    content = _content(path)
    if isinstance(content, list):
        return "Label Studio" if content and _is_task(content[0]) else None
    if not isinstance(content, Mapping) or not set(content) >= _COCO:
        return None
    told = content["annotations"]
    segments = isinstance(told, list) and any(
        isinstance(one, Mapping) and "segments_info" in one for one in told
    )
    return "COCO panoptic" if segments else "COCO"


def _is_task(one: Any) -> bool:
    """Whether an entry of a list is a task of Label Studio, in either of its JSONs."""
    keys = set(one) if isinstance(one, Mapping) else set()
    return {"data", "annotations"} <= keys or {"annotation_id", "annotator"} <= keys


def _content(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _holds_supervisely(labels: Path) -> bool:
    """Whether a folder is a project of Supervisely, or holds its annotations."""
    jsons = [(f, n) for f, n in files_below(labels) if n.lower().endswith(".json")]
    own = [labels / folder / name for folder, name in jsons if name != "meta.json"]
    if own and is_supervisely(_content(own[0])):
        return True
    meta = meta_above(labels)
    if meta is None or not is_meta(_content(meta)):
        return False
    return meta.parent == labels or any(path.parent.name == "ann" for path in own)


def _refuse_brush_images(labels: Path) -> None:
    """Refuse the images that Label Studio makes of brush strokes, one a region."""
    name = next((n for _, n in files_below(labels) if _BRUSH.fullmatch(n)), None)
    if name is not None:
        raise ValueError(
            f"{labels} holds {name}: Label Studio's export as PNG or NumPy has an "
            "image of each brush stroke, does not say of which photograph it is, and "
            "leaves out polygons. Export the project as JSON, and name that file "
            "(--source-labels FILE.json)"
        )
