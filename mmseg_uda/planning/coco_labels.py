"""COCO's annotation files."""

from __future__ import annotations

import json
import os
from pathlib import Path

from mmseg_uda.datasets.coco_file import read_coco

from .class_options import GivenClasses
from .found import FoundLabels
from .options import below

_BACKGROUND = "background"


def coco_in(labels: Path) -> Path | None:
    """Return the annotation file that is meant by a file, or a folder that holds one.

    Raises:
        ValueError: If a folder holds several.
    """
    if labels.is_file():
        return labels
    found = [path for path in sorted(labels.glob("*.json")) if _is_coco(path)]
    if len(found) > 1:
        raise ValueError(
            f"{labels} holds several annotation files of COCO: name the one, "
            + " or ".join(str(path) for path in found)
        )
    return found[0] if found else None


def _is_coco(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and {"images", "annotations"} <= set(content)


def find_coco(images: Path, file: Path, given: GivenClasses | None) -> FoundLabels:
    """Find out how images with an annotation file of COCO are read.

    Args:
        images: Folder that the names in it are relative to.
        file: The file.
        given: What the user says of the classes; None: nothing.

    Raises:
        ValueError: If it is no such file, or the classes are not those in it.
    """
    content = read_coco(file)
    used = {shape["category_id"] for shape in content["annotations"]}
    names = [c["name"] for c in content["categories"] if c["id"] in used]
    classes = given.names if given else tuple(dict.fromkeys(names))
    said = [f"COCO's polygons or run lengths of {', '.join(dict.fromkeys(names))}"]
    if given and (given.values or given.colors):
        raise ValueError(
            f"{file} names its classes itself: --classes gives names alone, of "
            f"{', '.join(dict.fromkeys(names))}"
        )
    if not given and _BACKGROUND not in classes:
        classes = (_BACKGROUND, *classes)
        said.append("what no shape covers is the class background")
    root = Path(os.path.commonpath([images, file.parent]))
    dataset = {
        "type": "CocoFolder",
        "data_root": str(root),
        "annotations": str(file.relative_to(root)),
        "image_dir": below(images, root),
    }
    unknown = [name for name in dict.fromkeys(names) if name not in classes]
    if unknown:
        dataset["names"] = dict.fromkeys(unknown, "ignore")
        said.append(f"{', '.join(unknown)} is no class, and ignored (`names`)")
    if _BACKGROUND in classes:
        shown = {shape["image_id"] for shape in content["annotations"]}
        bare = [i for i in content["images"] if i["id"] not in shown]
        if bare:
            dataset["unlabelled"] = "background"
            said.append(
                f"{len(bare)} image(s) have no shape and count as background; "
                "`unlabelled='leave out'` if they are not labelled yet"
            )
    missing = [i for i in content["images"] if not (images / i["file_name"]).is_file()]
    if missing and len(missing) < len(content["images"]):
        dataset["allow_missing"] = True
        said.append(
            f"{len(missing)} image(s) that it names are not there, such as "
            f"{missing[0]['file_name']}: they are left out"
        )
    return FoundLabels(dataset, said=said, encoding="COCO JSON", classes=classes)
