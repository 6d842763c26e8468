"""COCO's annotation files."""

from __future__ import annotations

import os
from pathlib import Path

from mmseg_uda.datasets.annotations.coco_file import read_coco

from .class_options import GivenClasses
from .find_images import reading_options
from .found import FoundLabels
from .image_folder import folder_of
from .named_shapes import named_shapes, of_empty, of_missing
from .options import below


def find_coco(images: Path, file: Path, given: GivenClasses | None) -> FoundLabels:
    """Find out how images with an annotation file of COCO are read.

    Args:
        images: Folder that the names in it are relative to, or one above it.
        file: The file.
        given: What the user says of the classes; None: nothing.

    Raises:
        ValueError: If it is no such file, or the classes are not those in it.
    """
    content = read_coco(file)
    images = folder_of(images, [image["file_name"] for image in content["images"]])
    used = {shape["category_id"] for shape in content["annotations"]}
    names = [c["name"] for c in content["categories"] if c["id"] in used]
    shapes = named_shapes(names, given, str(file))
    shown = {shape["image_id"] for shape in content["annotations"]}
    of_empty(shapes, sum(i["id"] not in shown for i in content["images"]))
    named = [image["file_name"] for image in content["images"]]
    there = of_missing(shapes, images, named)
    root = Path(os.path.commonpath([images, file.parent]))
    dataset = {
        "type": "CocoFolder",
        "data_root": str(root),
        "annotations": str(file.relative_to(root)),
        "image_dir": below(images, root),
        **shapes.options,
        **reading_options(there, shapes.said),
    }
    told = f"COCO's polygons or run lengths of {', '.join(dict.fromkeys(names))}"
    return FoundLabels(
        dataset,
        said=[told, *shapes.said],
        encoding="COCO JSON",
        classes=shapes.classes,
    )
