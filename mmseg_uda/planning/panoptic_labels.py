"""COCO's panoptic annotations."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from mmseg_uda.datasets.annotations.coco_file import read_coco

from .class_options import GivenClasses
from .find_images import reading_options
from .found import FoundLabels
from .image_folder import folder_of
from .named_shapes import named_shapes, of_missing
from .options import below


def find_panoptic(images: Path, file: Path, given: GivenClasses | None) -> FoundLabels:
    """Find out how images with a panoptic annotation file of COCO are read.

    Args:
        images: Folder that the names in it are relative to, or one above it.
        file: The file, beside which the folder of PNGs lies that is called like it.
        given: What the user says of the classes; None: nothing.

    Raises:
        FileNotFoundError: If there are no PNGs.
        ValueError: If it is no such file, or the classes are not those in it.
    """
    content = read_coco(file, panoptic=True)
    images = folder_of(images, [image["file_name"] for image in content["images"]])
    pngs = _pngs(file, [one["file_name"] for one in content["annotations"]])
    root = Path(os.path.commonpath([images, file.parent, pngs]))
    told = [one for a in content["annotations"] for one in a["segments_info"]]
    used = {one["category_id"] for one in told}
    names = [c["name"] for c in content["categories"] if c["id"] in used]
    shapes = named_shapes(names, given, str(file), whole=True)
    if not shapes.has_background:
        shapes.said.append(
            "what belongs to no segment is ignored; if it is a class, name it: "
            f"--classes background {shlex.join(shapes.classes)}"
        )
    shown = {one["image_id"]: one["file_name"] for one in content["annotations"]}
    own = [image for image in content["images"] if image["id"] in shown]
    drawn = [i["file_name"] for i in own if (pngs / shown[i["id"]]).is_file()]
    of_missing(shapes, pngs, [shown[image["id"]] for image in own])
    there = of_missing(shapes, images, drawn)
    if len(own) < len(content["images"]):
        shapes.said.append(
            f"{len(content['images']) - len(own)} image(s) have no annotation and are "
            "left out"
        )
    dataset = {
        "type": "PanopticFolder",
        "data_root": str(root),
        "annotations": str(file.relative_to(root)),
        "image_dir": below(images, root),
        "label_dir": below(pngs, root),
        **shapes.options,
        **reading_options(there, shapes.said),
    }
    said = [f"COCO's segments of {', '.join(dict.fromkeys(names))}", *shapes.said]
    return FoundLabels(
        dataset, said=said, encoding="COCO panoptic", classes=shapes.classes
    )


def _pngs(file: Path, names: list[str]) -> Path:
    """Return the folder of the PNGs: called like the file, or where they are."""
    own = file.with_suffix("")
    if own.is_dir():
        return own
    found = folder_of(file.parent, names)
    if names and not (found / names[0]).is_file():
        raise FileNotFoundError(
            f"there is no folder {own} with the PNGs of {file}, such as {names[0]}: "
            "unpack it beside the file"
        )
    return found
