"""A folder of images with one annotation file of COCO."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmseg.registry import DATASETS

from .annotations.coco_file import read_coco
from .annotations.unlabelled_images import check_below, check_shapes, check_unlabelled
from .folders import IMAGE_SUFFIXES, some
from .label_formats.base_label_format import background_index, class_index
from .label_formats.coco_shapes import SHAPES, CocoShapes, coco_masks
from .label_maps import identity_lut
from .seg_folder import SegFolder


@DATASETS.register_module()
class CocoFolder(SegFolder):
    """Your own images, with labels as polygons or run lengths in a JSON file.

    The file is that of COCO's instances or stuff, as CVAT, Roboflow, Label Studio,
    FiftyOne and others export it. Shapes are drawn in its order, later ones above
    earlier ones. Name your classes with ``metainfo=dict(classes=[...])``.

    Args:
        data_root: Folder of the data set.
        annotations: The file, below it.
        image_dir: Image folder below it, that the file's names are relative to.
        names: Class name by name of a category, for those that are no class;
            ``"ignore"`` for what does not count: ``{"lane": "road"}``.
        background: Class of what no shape covers, or ``"ignore"``. None: the class
            ``background``, if there is one, else ignore.
        order: ``"file"``, or ``"area"``: the largest first, so that small ones lie
            above.
        unlabelled: What an image without a shape is: an ``"error"``, all
            ``"background"``, or to ``"leave out"``.
        allow_missing: Leave out images that the file names and the folder lacks, with a
            warning instead of an error.
        **kwargs: ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ``lazy_init``,
            ``serialize_data``, ``value_range`` and ``bands`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If the folder or the file is missing, or images of the file.
        ValueError: If a category is no class, an image has no shape, or an option or
            the file is wrong.
        ImportError: If pycocotools is not installed.
    """

    usual_stretch = 1.03
    label_format = CocoShapes()

    def __init__(
        self,
        data_root: str,
        annotations: str = "annotations.json",
        image_dir: str = "images",
        names: Mapping[str, str] | None = None,
        background: str | None = None,
        order: str = "file",
        unlabelled: str = "error",
        allow_missing: bool = False,
        **kwargs: Any,
    ) -> None:
        if order not in ("file", "area"):
            raise ValueError(f"order must be 'file' or 'area', got {order!r}")
        check_unlabelled(unlabelled)
        coco_masks()  # or nothing can be drawn
        self.annotation_file = Path(data_root, annotations)
        self.names = dict(names or {})
        self.background = background
        self.order = order
        self.unlabelled = unlabelled
        self.allow_missing = allow_missing
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=IMAGE_SUFFIXES,
            label_dir=None,
            layout=f"{image_dir or '.'}/  the images\n{annotations}",
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table that leaves class indices and 255 as they are."""
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """List the images that the file names, with their shapes."""
        content = read_coco(self.annotation_file)
        classes = self._metainfo["classes"]
        used = {shape["category_id"] for shape in content["annotations"]}
        indices = self._classes_of(content["categories"], used, classes)
        below = background_index(self.background, classes)
        check_below(self.unlabelled, below)
        shapes = defaultdict(list)
        for shape in content["annotations"]:
            if self.order == "area" and not isinstance(shape.get("area"), Real):
                raise ValueError(
                    f"{self.annotation_file}: annotation {shape.get('id', '')} has no "
                    "area, by which order='area' draws; take order='file'"
                )
            shapes[shape["image_id"]].append(shape)
        samples, missing, empty = [], [], []
        for image in sorted(content["images"], key=lambda image: image["file_name"]):
            own = shapes[image["id"]]
            name = image["file_name"]
            if not Path(self.image_root, name).is_file():
                missing.append(name)
            elif not own and self.unlabelled != "background":
                empty.append(name)
            else:
                samples.append(self._sample(image, own, indices, below))
        self._tell(missing, empty, len(samples))
        return samples

    def _sample(
        self,
        image: Mapping[str, Any],
        shapes: Sequence[Mapping[str, Any]],
        indices: Mapping[Any, int],
        below: int,
    ) -> dict:
        """Describe a sample with its shapes, in the order of drawing."""
        if self.order == "area":
            shapes = sorted(shapes, key=lambda shape: -shape["area"])
        drawn = [
            (indices[shape["category_id"]], shape.get("segmentation") or [])
            for shape in shapes
        ]
        size = (int(image["width"]), int(image["height"]))
        info = self.sample(image["file_name"])
        info["seg_map_path"] = str(self.annotation_file)
        info["label_name"] = image["file_name"]
        info[SHAPES] = {"size": size, "background": below, "shapes": drawn}
        return info

    def _classes_of(
        self,
        categories: Sequence[Mapping[str, Any]],
        used: Collection[Any],
        classes: Sequence[str],
    ) -> dict[Any, int]:
        """Return the class index of each category that is used."""
        known = [category["name"] for category in categories]
        unknown = [name for name in self.names if name not in known]
        if unknown:
            raise ValueError(
                f"names has {', '.join(unknown)}, the categories of "
                f"{self.annotation_file} are: {', '.join(known)}"
            )
        where = f"{self.annotation_file} (see names)"
        return {
            category["id"]: class_index(
                self.names.get(category["name"], category["name"]), classes, where
            )
            for category in categories
            if category["id"] in used
        }

    def _tell(
        self, missing: Sequence[str], empty: Sequence[str], num_samples: int
    ) -> None:
        """Raise, or warn, where images of the file are not used."""
        what = f"{type(self).__name__}: {self.annotation_file}"
        if missing:
            text = (
                f"{what} names {len(missing)} image(s) that are not in "
                f"{self.image_root}: {some(missing)}"
            )
            if not (self.allow_missing and num_samples):
                raise FileNotFoundError(
                    f"{text}. Set image_dir, or leave them out: allow_missing=True"
                )
            print_log(f"left out: {text}", "current", logging.WARNING)
        check_shapes(what, empty, self.unlabelled, num_samples)
