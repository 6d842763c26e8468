"""What all data sets of this package share."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mmcv.transforms import LoadAnnotations
from mmseg.datasets import BaseSegDataset

from .folders import (
    as_tuple,
    is_one_folder,
    layout_error,
    list_files,
    other_endings,
)
from .label_formats import BaseLabelFormat, IndexLabels
from .label_maps import CITYSCAPES_CLASSES, CITYSCAPES_PALETTE, IGNORE
from .metainfo import complete_metainfo
from .names.strangers import MOVE, Strangers
from .reading import ImageReader
from .transforms.read_image import read_by_data_set, reads_itself


class SegFolder(BaseSegDataset):
    """Base of the data sets: an image folder, with or without a label folder.

    Everything is checked when the data set is built: folders, pairs, classes. A
    sample with labels carries ``label_lut``, the one table from the file's values to
    class indices that :class:`LoadLabels` applies. mmseg's ``label_map`` stays None:
    it would be applied to raw ids, and to pseudo-labels a second time.

    Args:
        data_root: Folder the other folders are relative to.
        image_dir: Image folder.
        image_suffix: Ending of the image files, one or several, in any case.
        label_dir: Label folder, or None for a data set of images only.
        skip_suffix: Ending of files, one or several, that are no images though they
            end like some, ``"_mask.png"`` for instance.
        layout: Tree of the expected layout, for error messages.
        pipeline: Transforms.
        metainfo: ``dict(classes=..., palette=...)``; the palette is optional.
            Defaults to Cityscapes' 19 classes.
        indices: Number or list of samples to use; None uses all.
        test_mode: As in mmseg.
        lazy_init: Leave the listing of the folders to ``full_init()``.
        serialize_data: Keep the list of samples as one array that workers share.
        value_range: Image values that become 0 and 255; see :class:`ImageReader`.
        bands: Image bands that become red, green and blue; see :class:`ImageReader`.
        orientation: ``'shown'`` or ``'stored'``; see :class:`ImageReader`.

    Attributes:
        left_out: Links to folders that are not followed, see :mod:`.walk_folder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If ``metainfo.classes`` are no distinct names or too many,
            ``pipeline`` holds mmseg's ``LoadAnnotations``, or a loader that cannot do
            what the options of images say.
    """

    METAINFO = {"classes": CITYSCAPES_CLASSES, "palette": CITYSCAPES_PALETTE}  # noqa: RUF012
    #: Whether the config says how files are called; else the data set knows.
    SUFFIXES_ARE_OPTIONS = False
    #: Largest change of aspect ratio that is not told: published codes stretch by up
    #: to 19% (SYNTHIA's 1280x760 to 1280x640).
    usual_stretch = 1.2
    #: How label files say which class a pixel is.
    label_format: BaseLabelFormat = IndexLabels()
    #: Classes that the labels are known not to hold.
    lacks: Collection[str] = ()

    def __init__(
        self,
        data_root: str,
        *,
        image_dir: str,
        image_suffix: str | Sequence[str],
        label_dir: str | None,
        layout: str,
        skip_suffix: str | Sequence[str] = (),
        pipeline: Sequence[dict | Callable] = (),
        metainfo: Mapping[str, Any] | None = None,
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
        serialize_data: bool = True,
        value_range: Sequence[float] | None = None,
        bands: Sequence[int] | None = None,
        orientation: str = "shown",
    ) -> None:
        #: How images, and by its orientation labels, are read.
        self.image_reader = ImageReader(value_range, bands, orientation)
        self.image_suffixes = as_tuple(image_suffix)
        self.skip_suffixes = as_tuple(skip_suffix)
        self.left_out: list[str] = []
        self.layout = layout
        prefix = {"img_path": image_dir}
        if label_dir is not None:
            prefix["seg_map_path"] = label_dir
        super().__init__(
            data_root=str(data_root),
            data_prefix=prefix,
            pipeline=list(pipeline),
            metainfo=complete_metainfo(metainfo),
            indices=indices,
            test_mode=test_mode,
            lazy_init=True,
            serialize_data=serialize_data,
        )
        self.pipeline.transforms = read_by_data_set(self.pipeline.transforms)
        self._check_loader()
        self._check_classes()
        self.label_lut = self.make_lut(self._metainfo["classes"])
        if any(isinstance(t, LoadAnnotations) for t in self.pipeline.transforms):
            raise ValueError(
                f"{type(self).__name__}: use dict(type='LoadLabels') in the pipeline; "
                "LoadAnnotations reads SYNTHIA as zeros and knows no raw ids"
            )
        if not lazy_init:
            self.full_init()

    @classmethod
    def get_label_map(cls, new_classes: Sequence[str] | None = None) -> None:
        """Return no mmseg label map: ``label_lut`` covers class subsets too."""
        return None

    def make_lut(self, classes: Sequence[str]) -> np.ndarray | None:
        """Return the table raw id -> index in ``classes`` (see :mod:`.label_maps`).

        None, as here, says that the samples have no labels.
        """
        return None

    def advise_on_values(self, values: Sequence[int]) -> str:
        """Return what to do about labels whose raw values are not what is expected."""
        return "Is this the right data set class and folder?"

    @property
    def labelled(self) -> bool:
        """Whether the samples have labels."""
        return self.label_lut is not None

    @property
    def image_root(self) -> str:
        """Folder that image paths, and with them pseudo-labels, are relative to."""
        return self.data_prefix["img_path"]

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with its look-up table if labelled."""
        info = super().get_data_info(idx)
        if self.labelled:
            info["label_lut"] = self.label_lut
            info["label_format"] = self.label_format
        # None: the pipeline reads images by a rule of its own
        own = reads_itself(self.pipeline.transforms)
        info["image_reader"] = None if own else self.reader_of(info)
        return info

    def read_like(self, images: "SegFolder") -> None:
        """Read images as the data set does that they are from.

        Raises:
            ValueError: If this data set has been told how to read them itself.
        """
        if not self.image_reader.is_plain:
            raise ValueError(
                f"{type(self).__name__}: value_range, bands and orientation are those "
                "of its images: set them within images=dict(...)"
            )
        self.image_reader = images.image_reader
        self._check_loader()

    def reader_of(self, info: Mapping[str, Any]) -> ImageReader:
        """Return how the files of a sample are read."""
        return self.image_reader

    def list_images(self) -> dict[str, str]:
        """List the images: path relative to the image root, by name without suffix."""
        return self.list_folder("img_path", self.image_suffixes, "image")

    def list_folder(
        self, key: str, suffixes: Sequence[str], what: str, others: Sequence[str] = ()
    ) -> dict[str, str]:
        """List a folder of ``data_prefix``, as :func:`.folders.list_files` does.

        Files of the other folders are left out where they lie below this one.

        Raises:
            FileNotFoundError: If it is missing, or holds no file with the suffixes.
        """
        folder, name = Path(self.data_prefix[key]), type(self).__name__
        if not folder.is_dir():
            reason = f"{name}: the {what} folder {folder} does not exist."
            reason = f"{reason} {self.advice()}".rstrip()
            raise layout_error(reason, self.layout, self.data_root)
        apart = [f for f in self.data_prefix.values() if not is_one_folder(f, folder)]
        others, left_out = (*others, *self.skip_suffixes), []
        files = list_files(folder, suffixes, others, left_out, apart)
        self.left_out += [f"{folder}/{link}" for link in left_out]
        if not files:
            reason = f"{name}: the {what} folder {folder} holds no {_any(suffixes)}."
            if self.SUFFIXES_ARE_OPTIONS:
                reason += f" {self.advice() or other_endings(folder, what)}"
            raise layout_error(reason.strip(), self.layout, self.data_root)
        return files

    def advice(self) -> str:
        """Return which suffixes would find the files; ``""``: not known."""
        return ""

    def separate(self, strangers: Strangers) -> str:
        """Return how to leave out files of the image folder that are no images."""
        if not self.SUFFIXES_ARE_OPTIONS:
            return MOVE
        below = os.path.relpath(self.image_root, self.data_root)
        folder = "" if below == "." else f"{below}/"
        strangers = replace(
            strangers, folder=strangers.folder and folder + strangers.folder
        )
        options = ("image_suffix", "skip_suffix", "image_dir")
        return strangers.advice(*(f"Set {option}={{}}" for option in options))

    def sample(self, image: str, label: str | None = None) -> dict:
        """Return the description of a sample from paths relative to their folders."""
        info = {"img_path": str(Path(self.image_root) / image)}
        if label is not None:
            root = self.data_prefix["seg_map_path"]
            info |= {"seg_map_path": str(Path(root) / label), "label_name": label}
        return {**info, "label_map": None, "reduce_zero_label": False, "seg_fields": []}

    def _check_loader(self) -> None:
        if reads_itself(self.pipeline.transforms) and not self.image_reader.is_plain:
            raise ValueError(
                f"{type(self).__name__}: value_range, bands and orientation need "
                "dict(type='LoadImageFromFile') in the pipeline, without options but "
                "to_float32; the pipeline loads images in another way"
            )

    def _check_classes(self) -> None:
        number = len(self._metainfo["classes"])
        if number > IGNORE:
            raise ValueError(
                f"{type(self).__name__}: labels are 8-bit, with {IGNORE} for what is "
                f"ignored, so there are at most {IGNORE} classes, got {number}"
            )


def _any(suffixes: Sequence[str]) -> str:
    return " or ".join(f"*{suffix}" for suffix in suffixes) or "such file"
