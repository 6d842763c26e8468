"""How a folder of images and its labels are to be read."""

from __future__ import annotations

from pathlib import Path

from mmseg.registry import DATASETS

from mmseg_uda.datasets.names.strangers import all_look_like_labels
from mmseg_uda.datasets.preflight import check_dataset

from .class_options import GivenClasses
from .find_images import kinds_of, reading_options, some_of
from .found import FoundLabels
from .label_pairs import find_pairs
from .label_pictures import find_encoding
from .labelme_names import find_labelme, is_labelme
from .mask_files import find_mask_files
from .tool_exports import find_export
from .yolo_names import find_yolo

_DECODED = 200


def find_labels(
    images: Path,
    labels: Path,
    given: GivenClasses | None = None,
    band: int | None = None,
) -> FoundLabels:
    """Find out how images with labels are read.

    Args:
        images: Folder of the images.
        labels: Folder of their labels, which may be the same; or a JSON file with
            those of all images.
        given: What the user says of the classes; None: nothing.
        band: Band of the labels that holds the ids, from 1; None: the only one.

    Raises:
        FileNotFoundError: If something is missing.
        ValueError: If it cannot be told what the labels mean; it says what to add.
    """
    for path in (images, labels):
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
    found = find_export(images, labels, given)
    if found is None:
        found = find_mask_files(images, labels, given)
    if found is None:
        found = _find_files(images, labels, given, band)
    metainfo = {"classes": found.classes}
    if found.palette:
        metainfo["palette"] = found.palette
    (report,) = check_dataset({**found.dataset, "metainfo": metainfo}, _DECODED)
    found.paths, found.sizes = list(report.paths), list(report.sizes)
    found.kinds = kinds_of(found.paths)
    labelled = max(1, int(report.pixels.sum()))
    found.shares = {
        name: pixels / labelled
        for name, pixels in zip(report.classes, report.pixels.tolist(), strict=True)
    }
    found.said += report.notices
    return found


def _find_files(
    images: Path, labels: Path, given: GivenClasses | None, band: int | None
) -> FoundLabels:
    """Find out how labels are read that are a file an image."""
    said: list[str] = []
    found = FoundLabels(find_pairs(images, labels, said), said=said)
    # any classes will do to list the files
    listed = DATASETS.build({**found.dataset, "metainfo": {"classes": ("any",)}})
    samples = [listed.get_data_info(i) for i in range(len(listed))]
    files = [Path(sample["seg_map_path"]) for sample in samples]
    found.dataset |= reading_options([Path(s["img_path"]) for s in samples], said)
    if is_labelme(files[0]):
        find_labelme(found, files, given)
    elif files[0].suffix.lower() == ".txt":
        find_yolo(found, files, given)
    elif files[0].suffix.lower() == ".json":
        raise ValueError(
            f"{files[0]} is no file of LabelMe, and {labels} holds none of COCO, "
            "Supervisely or Label Studio (exported as JSON): of JSON files these are "
            "read. Export as one of them, or as masks (PNG)"
        )
    else:
        pictures = [Path(sample["img_path"]) for sample in samples]
        try:
            find_encoding(found, some_of(files, _DECODED), given, band)
        except ValueError as error:
            if all_look_like_labels(pictures) and not all_look_like_labels(files):
                raise ValueError(
                    f"{images} holds label maps, and {labels} photographs: images and "
                    "labels are swapped"
                ) from error
            raise
    return found
