"""Label Studio's JSON exports."""

from __future__ import annotations

import os
from pathlib import Path

from mmseg_uda.datasets.annotations.label_studio_file import BARE, read_tasks
from mmseg_uda.datasets.annotations.label_studio_names import ImageIndex
from mmseg_uda.datasets.names.walk_folder import files_below

from .class_options import GivenClasses
from .find_images import reading_options
from .found import FoundLabels
from .named_shapes import named_shapes, of_bare, of_empty, of_missing
from .options import below


def find_label_studio(
    images: Path, file: Path, given: GivenClasses | None
) -> FoundLabels:
    """Find out how images with a JSON export of Label Studio are read.

    Args:
        images: Folder of the images, in any depth.
        file: The export.
        given: What the user says of the classes; None: nothing.

    Raises:
        ValueError: If it is no such file, nothing is annotated, or the classes are not
            those in it.
    """
    tasks = read_tasks(file)
    done = [task for task in tasks if task.regions is not None]
    if not done:
        raise ValueError(f"{file}: none of {len(tasks)} task(s) has an annotation")
    drawn = {t.where: [r for r in t.regions if r.kind not in BARE] for t in done}
    names = sorted({region.label for own in drawn.values() for region in own})
    shapes = named_shapes(names, given, str(file))
    of_bare(shapes, [r.kind for t in done for r in t.regions if r.kind in BARE])
    of_empty(shapes, sum(not own for own in drawn.values()))
    index = ImageIndex(folder + name for folder, name in files_below(images))
    named = [index.find(task.image, task.where) or task.image for task in done]
    there = of_missing(shapes, images, named)
    if len(done) < len(tasks):
        shapes.said.append(
            f"{len(tasks) - len(done)} image(s) are not annotated and left out"
        )
    several = sum(task.others > 0 for task in done)
    if several:
        shapes.said.append(
            f"{several} image(s) have several annotations: the one marked as ground "
            "truth counts, else the first that was not cancelled"
        )
    root = Path(os.path.commonpath([images, file.parent]))
    dataset = {
        "type": "LabelStudioFolder",
        "data_root": str(root),
        "annotations": str(file.relative_to(root)),
        "image_dir": below(images, root),
        **shapes.options,
        **reading_options(there, shapes.said),
    }
    said = [f"Label Studio's regions of {', '.join(names)}", *shapes.said]
    return FoundLabels(
        dataset, said=said, encoding="Label Studio JSON", classes=shapes.classes
    )
