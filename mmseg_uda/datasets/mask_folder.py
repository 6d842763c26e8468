"""A folder of images with several masks each."""

from __future__ import annotations

import glob
import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any

from mmseg.registry import DATASETS

from .annotations.unlabelled_images import check_below, check_shapes, check_unlabelled
from .folders import PICTURE_SUFFIXES, as_tuple, layout_error, some
from .label_formats.base_label_format import background_index, class_index
from .label_formats.coco_shapes import SHAPES
from .label_formats.mask_stack import MaskStack
from .label_maps import IGNORE, identity_lut
from .names.walk_folder import files_below
from .seg_folder import SegFolder

_PLACES = ("{name}", "{stem}", "{folder}")
_SPECIAL = re.compile(r"[*?\[]")  # from here on a part of a path is a pattern


@DATASETS.register_module()
class MaskFolder(SegFolder):
    """Your own images, with a mask of each class, or of each object.

    ``masks`` says where those of an image are, by class. In ``{"crack":
    "masks/crack/{name}.png", "spall": "masks/spall/{name}.png"}`` each class has a
    folder; ``{"nucleus": "{stem}/masks/*.png"}`` with ``image_dir=""`` is the layout of
    the 2018 Data Science Bowl, in which each image has a folder with a mask an object.
    Later classes of the data set lie above earlier ones, and all above what is ignored.
    A picture that is a mask of an image is no image. Name your classes with
    ``metainfo=dict(classes=[...])``.

    Args:
        data_root: Folder of the data set.
        masks: Path, or several, below it by class, or by ``"ignore"``. ``{name}``
            stands for the image's path below ``image_dir`` without the suffix,
            ``{stem}`` for its last part, ``{folder}`` for the parts before that; ``*``
            is anything in a name.
        image_dir: Image folder below it, searched with its sub-folders.
        image_suffix: Ending of the image files, one or several, in any case.
        background: Class of what no mask covers, or ``"ignore"``. None: the class
            ``background``, if there is one, else ignore.
        unlabelled: What an image is that has no mask: an ``"error"``, all
            ``"background"``, or to ``"leave out"``.
        **kwargs: ``skip_suffix``, ``pipeline``, ``metainfo``, ``indices``,
            ``test_mode``, ``lazy_init``, ``serialize_data``, ``value_range``, ``bands``
            and ``orientation`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no image.
        ValueError: If images have no mask, or an option is wrong.
    """

    SUFFIXES_ARE_OPTIONS = True
    usual_stretch = 1.03
    label_format = MaskStack()

    def __init__(
        self,
        data_root: str,
        masks: Mapping[str, str | Sequence[str]],
        image_dir: str = "images",
        image_suffix: str | Sequence[str] = PICTURE_SUFFIXES,
        background: str | None = None,
        unlabelled: str = "error",
        **kwargs: Any,
    ) -> None:
        check_unlabelled(unlabelled)
        self.masks = _checked(masks)
        self.background = background
        self.unlabelled = unlabelled
        shown = "\n".join(f"{p}  {n}" for n, own in self.masks.items() for p in own)
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=image_suffix,
            label_dir=None,
            layout=f"{image_dir or '.'}/  the images, in any depth\n{shown}",
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> Any:
        """Return the table that leaves class indices and 255 as they are."""
        for name in self.masks:
            class_index(name, classes, "masks")
        check_below(self.unlabelled, background_index(self.background, classes))
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """List the images with their masks."""
        below = background_index(self.background, self._metainfo["classes"])
        own = self._masks_by_image()
        taken = {mask for masks in own.values() for _, mask in masks}
        samples, empty = [], []
        for image, masks in own.items():
            info = self.sample(image)
            if info["img_path"] in taken:
                continue
            if not masks and self.unlabelled != "background":
                empty.append(image)
                continue
            info["seg_map_path"] = masks[0][1] if masks else str(self.data_root)
            info["label_name"] = image
            info[SHAPES] = {"background": below, "masks": masks}
            samples.append(info)
        what = f"{type(self).__name__} in {self.data_root}"
        if not taken:
            where = some(p for patterns in self.masks.values() for p in patterns)
            raise ValueError(
                f"{what}: no image has a mask where masks says, {where}; the first of "
                f"{len(own)} images is {next(iter(own))}"
            )
        check_shapes(what, empty, self.unlabelled, len(samples))
        return samples

    def _masks_by_image(self) -> dict[str, list[tuple[int, str]]]:
        """Return class and path of the masks, in the order of drawing, by image."""
        classes, root = self._metainfo["classes"], Path(self.data_root)
        patterns = [
            (class_index(name, classes, "masks"), pattern)
            for name, own in self.masks.items()
            for pattern in own
        ]
        # not by the order in the config, which mmengine sorts when it writes one
        patterns.sort(key=lambda told: told[0] if told[0] != IGNORE else -1)
        names = _Names(root)
        return {
            image: [
                (index, str(root / mask))
                for index, pattern in patterns
                for mask in names.matching(_filled(pattern, image))
            ]
            for image in self._list_images()
        }

    def _list_images(self) -> Sequence[str]:
        """List the pictures, of which two may differ in their suffix alone."""
        root, what = Path(self.image_root), type(self).__name__
        wanted = tuple(suffix.lower() for suffix in self.image_suffixes)
        skipped = tuple(suffix.lower() for suffix in self.skip_suffixes)
        files = files_below(root, self.left_out) if root.is_dir() else ()
        names = [folder + name for folder, name in files]
        names = [name for name in names if name.lower().endswith(wanted)]
        if skipped:
            names = [name for name in names if not name.lower().endswith(skipped)]
        if not names:
            reason = f"{what}: the image folder {root} holds no image, or is not there."
            raise layout_error(reason, self.layout, self.data_root)
        return sorted(names)


class _Names:
    """The names in folders below a root, each folder listed once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._listed: dict[str, list[str]] = {}

    def matching(self, pattern: str) -> list[str]:
        """Return the pictures, relative to the root, that a pattern names, sorted."""
        found = [""]
        for part in PurePath(pattern).parts:
            found = [str(PurePath(f, n)) for f in found for n in self._named(f, part)]
        return sorted(n for n in found if n.lower().endswith(PICTURE_SUFFIXES))

    def _named(self, folder: str, part: str) -> Iterator[str]:
        names = self._names(folder)
        special = _SPECIAL.search(part)
        prefix = part[: special.start()] if special else part
        for index in range(bisect_left(names, prefix), len(names)):
            if not names[index].startswith(prefix):
                break
            if fnmatchcase(names[index], part):
                yield names[index]

    def _names(self, folder: str) -> list[str]:
        if folder not in self._listed:
            place = self.root / folder
            names = os.listdir(place) if place.is_dir() else ()
            self._listed[folder] = sorted(n for n in names if not n.startswith("."))
        return self._listed[folder]


def _checked(masks: Any) -> dict[str, tuple[str, ...]]:
    """Return the patterns by class.

    Raises:
        ValueError: If they are none, or lead out of the root.
    """
    if not isinstance(masks, Mapping) or not masks:
        raise ValueError(
            "masks says where the masks of an image are, by class, such as {'crack': "
            f"'masks/crack/{{name}}.png'}}; got {masks!r}"
        )
    own = {name: as_tuple(patterns) for name, patterns in masks.items()}
    for pattern in (pattern for patterns in own.values() for pattern in patterns):
        path = PurePath(pattern)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"masks: {pattern} leads out of data_root")
        if not any(place in pattern for place in _PLACES):
            raise ValueError(
                f"masks: {pattern} is the same for all images: put {{name}}, {{stem}} "
                "or {folder} where their names differ"
            )
    return own


def _filled(pattern: str, image: str) -> str:
    """Return a pattern for an image, a path relative to the image folder."""
    path = PurePath(image)
    values = str(path.with_suffix("")), path.stem, str(path.parent)
    for place, value in zip(_PLACES, values, strict=True):
        pattern = pattern.replace(place, glob.escape(value))
    return pattern
