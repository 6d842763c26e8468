"""A folder of images with one JSON export of Label Studio."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmseg.registry import DATASETS

from .annotations.bare_shapes import check_bare, tell_bare
from .annotations.label_studio_file import BARE, Task, read_tasks
from .annotations.label_studio_names import ImageIndex
from .annotations.unlabelled_images import check_below, check_shapes, check_unlabelled
from .folders import PICTURE_SUFFIXES, some
from .label_formats.base_label_format import background_index, class_index
from .label_formats.coco_shapes import SHAPES
from .label_formats.label_studio_shapes import LabelStudioShapes, carried
from .label_maps import identity_lut
from .names.walk_folder import files_below
from .seg_folder import SegFolder


@DATASETS.register_module()
class LabelStudioFolder(SegFolder):
    """Your own images, with labels that Label Studio exported as JSON.

    Brush strokes, polygons, rectangles and ellipses are drawn in the order of the file,
    later ones above earlier ones. Of several annotations of an image that counts which
    is marked as ground truth, else the first that was not cancelled. Name your classes
    with ``metainfo=dict(classes=[...])``.

    Args:
        data_root: Folder of the data set.
        annotations: The file, below it.
        image_dir: Image folder below it. Images are found by the end of the path that
            the file has for them, without the letters in front of uploaded ones.
        names: Class name by a label, for those that are no class; ``"ignore"`` for what
            does not count: ``{"lane": "road"}``.
        background: Class of what no region covers, or ``"ignore"``. None: the class
            ``background``, if there is one, else ignore.
        unlabelled: What an image is whose annotation is empty: an ``"error"``, all
            ``"background"``, or to ``"leave out"``. Images that are not annotated at
            all are left out.
        bare: What keypoints and vectors are, which cover no pixels: an ``"error"``, or
            to ``"leave out"``.
        allow_missing: Leave out images that the file names and the folder lacks, with a
            warning instead of an error.
        **kwargs: ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ``lazy_init``,
            ``serialize_data``, ``value_range`` and ``bands`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If the folder or the file is missing, or images of the file.
        ValueError: If a label is no class, an image has no region, or an option or the
            file is wrong.
    """

    usual_stretch = 1.03
    label_format = LabelStudioShapes()

    def __init__(
        self,
        data_root: str,
        annotations: str = "annotations.json",
        image_dir: str = "images",
        names: Mapping[str, str] | None = None,
        background: str | None = None,
        unlabelled: str = "error",
        bare: str = "error",
        allow_missing: bool = False,
        **kwargs: Any,
    ) -> None:
        check_unlabelled(unlabelled)
        check_bare(bare)
        self.annotation_file = Path(data_root, annotations)
        self.names = dict(names or {})
        self.background = background
        self.unlabelled = unlabelled
        self.bare = bare
        self.allow_missing = allow_missing
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=PICTURE_SUFFIXES,
            label_dir=None,
            layout=f"{image_dir or '.'}/  the images\n{annotations}",
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table that leaves class indices and 255 as they are."""
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """List the annotated images that the file names, with their regions."""
        below = background_index(self.background, self._metainfo["classes"])
        check_below(self.unlabelled, below)
        index = ImageIndex(
            folder + name for folder, name in files_below(self.image_root)
        )
        samples: dict[str, dict] = {}
        missing, empty, bare, waiting, several = [], [], [], [], []
        for task in read_tasks(self.annotation_file):
            if task.regions is None:
                waiting.append(task.image)
                continue
            name = index.find(task.image, task.where)
            drawn = [r for r in task.regions if r.kind not in BARE]
            bare += [task.where] * (len(drawn) < len(task.regions))
            several += [task.image] * (task.others > 0)
            if name is None:
                missing.append(task.image)
            elif name in samples:
                raise ValueError(
                    f"{task.where}: another task is of {name}, too: remove one of them "
                    "in Label Studio"
                )
            elif not drawn and self.unlabelled != "background":
                empty.append(name)
            else:
                samples[name] = self._sample(name, task, drawn, below)
        tell_bare(self._what, bare, self.bare, "keypoint or vector")
        self._tell_unused(waiting, several)
        self._tell_missing(missing, len(samples))
        check_shapes(self._what, empty, self.unlabelled, len(samples))
        return [samples[name] for name in sorted(samples)]

    @property
    def _what(self) -> str:
        return f"{type(self).__name__}: {self.annotation_file}"

    def _sample(self, name: str, task: Task, drawn: Sequence, below: int) -> dict:
        """Describe a sample with its regions."""
        shapes = []
        for region in drawn:
            meant = self.names.get(region.label, region.label)
            index = class_index(
                meant, self._metainfo["classes"], f"{task.where} (see names)"
            )
            try:
                shapes.append((index, region.kind, carried(region.kind, region.value)))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{task.where}: {error}") from error
        info = self.sample(name)
        info["seg_map_path"] = str(self.annotation_file)
        info["label_name"] = name
        info[SHAPES] = {"size": task.size, "background": below, "shapes": shapes}
        return info

    def _tell_unused(self, waiting: Sequence[str], several: Sequence[str]) -> None:
        """Warn where tasks or annotations of the file are not used."""
        for images, text in (
            (waiting, "left out: {} has no annotation for {} image(s): {}"),
            (
                several,
                "{} has several annotations for {} image(s), of which the one marked "
                "as ground truth counts, else the first: {}",
            ),
        ):
            if images:
                text = text.format(self._what, len(images), some(images))
                print_log(text, "current", logging.WARNING)

    def _tell_missing(self, missing: Sequence[str], num_samples: int) -> None:
        """Raise, or warn, where images of the file are not there."""
        if not missing:
            return
        text = (
            f"{self._what} names {len(missing)} image(s) that are not in "
            f"{self.image_root}: {some(missing)}"
        )
        if not (self.allow_missing and num_samples):
            raise FileNotFoundError(
                f"{text}. Set image_dir, or leave them out: allow_missing=True"
            )
        print_log(f"left out: {text}", "current", logging.WARNING)
