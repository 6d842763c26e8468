"""A folder of images with COCO's panoptic annotations."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmseg.registry import DATASETS

from .annotations.coco_file import read_coco
from .annotations.unlabelled_images import check_shapes
from .folders import PICTURE_SUFFIXES, some
from .label_formats.base_label_format import background_index, class_index
from .label_formats.coco_shapes import SHAPES
from .label_formats.panoptic_segments import PanopticSegments
from .label_maps import identity_lut
from .seg_folder import SegFolder


@DATASETS.register_module()
class PanopticFolder(SegFolder):
    """Your own images, with a JSON file and PNGs of COCO's panoptic format.

    A PNG says which segment a pixel belongs to, the file which category a segment has.
    Name your classes with ``metainfo=dict(classes=[...])``.

    Args:
        data_root: Folder of the data set.
        annotations: The file, below it.
        image_dir: Image folder below it, that the names of images are relative to.
        label_dir: Folder below it of the PNGs. None: that which is called like the
            file, without ``.json``.
        names: Class name by name of a category, for those that are no class;
            ``"ignore"`` for what does not count: ``{"lane": "road"}``.
        background: Class of what belongs to no segment, or ``"ignore"``. None: the
            class ``background``, if there is one, else ignore.
        allow_missing: Leave out images that the file names and whose image or PNG is
            not there, with a warning instead of an error.
        **kwargs: ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ``lazy_init``,
            ``serialize_data``, ``value_range``, ``bands`` and ``orientation`` of
            :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder or the file is missing, or files that it names.
        ValueError: If a category is no class, or an option or the file is wrong.
    """

    usual_stretch = 1.03
    label_format = PanopticSegments()

    def __init__(
        self,
        data_root: str,
        annotations: str = "annotations.json",
        image_dir: str = "images",
        label_dir: str | None = None,
        names: Mapping[str, str] | None = None,
        background: str | None = None,
        allow_missing: bool = False,
        **kwargs: Any,
    ) -> None:
        self.annotation_file = Path(data_root, annotations)
        self.names = dict(names or {})
        self.background = background
        self.allow_missing = allow_missing
        label_dir = label_dir or str(Path(annotations).with_suffix(""))
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=PICTURE_SUFFIXES,
            label_dir=label_dir,
            layout=f"{image_dir or '.'}/  the images\n{annotations}\n{label_dir}/",
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table that leaves class indices and 255 as they are."""
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """List the images that have an annotation, with their segments."""
        content = read_coco(self.annotation_file, panoptic=True)
        classes = self._metainfo["classes"]
        below = background_index(self.background, classes)
        told = {one["image_id"]: one for one in content["annotations"]}
        meant = {c["id"]: c["name"] for c in content["categories"]}
        samples, missing, waiting = [], [], []
        for image in sorted(content["images"], key=lambda image: image["file_name"]):
            name, own = image["file_name"], told.get(image["id"])
            if own is None:
                waiting.append(name)
                continue
            info = self.sample(name, own["file_name"])
            paths = info["img_path"], info["seg_map_path"]
            missing += [path for path in paths if not Path(path).is_file()]
            if all(Path(path).is_file() for path in paths):
                segments = [
                    (one["id"], self._class_of(meant[one["category_id"]], classes))
                    for one in own["segments_info"]
                ]
                info[SHAPES] = {"background": below, "segments": segments}
                samples.append(info)
        self._tell(missing, waiting, len(samples))
        return samples

    def _class_of(self, name: str, classes: Sequence[str]) -> int:
        where = f"{self.annotation_file} (see names)"
        return class_index(self.names.get(name, name), classes, where)

    def _tell(
        self, missing: Sequence[str], waiting: Sequence[str], num_samples: int
    ) -> None:
        """Raise, or warn, where images of the file are not used."""
        what = f"{type(self).__name__}: {self.annotation_file}"
        if waiting:
            text = f"left out: {what} has no annotation for {len(waiting)} image(s): "
            print_log(text + some(waiting), "current", logging.WARNING)
        if missing:
            text = f"{what} names {len(missing)} file(s) that are not there: "
            text += some(missing)
            if not (self.allow_missing and num_samples):
                raise FileNotFoundError(
                    f"{text}. Set image_dir and label_dir, or leave them out: "
                    "allow_missing=True"
                )
            print_log(f"left out: {text}", "current", logging.WARNING)
        check_shapes(what, (), "error", num_samples)
