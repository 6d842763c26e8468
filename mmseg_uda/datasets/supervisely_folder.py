"""A project of Supervisely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from .annotations.bare_shapes import check_bare, tell_bare
from .annotations.supervisely_file import read_supervisely
from .annotations.unlabelled_images import check_below, check_shapes, check_unlabelled
from .folders import PICTURE_SUFFIXES, layout_error
from .label_formats.supervisely_labels import SuperviselyLabels
from .label_maps import identity_lut
from .names.walk_folder import files_below
from .paired_folder import PairedFolder

_LAYOUT = """{images}/img/  the images, NAME.jpg for instance
{labels}/ann/  an annotation of each, NAME.jpg.json"""


@DATASETS.register_module()
class SuperviselyFolder(PairedFolder):
    """Your own images, with the annotations of a project of Supervisely.

    Polygons, rectangles and bitmaps are drawn in the order of the file, later ones
    above earlier ones. Name your classes with ``metainfo=dict(classes=[...])``.

    Args:
        data_root: Folder of the project.
        image_dir: Folder below it that holds images in folders called ``img``, at any
            depth, or images alone.
        label_dir: Folder below it that holds annotations in folders called ``ann``, or
            annotations alone. An image ``ds0/img/a.jpg`` has ``ds0/ann/a.jpg.json``.
        names: Class name by the name of a class in the project, for those that are no
            class here; ``"ignore"`` for what does not count: ``{"lane": "road"}``.
        background: Class of what no object covers, or ``"ignore"``. None: the class
            ``background``, if there is one, else ignore.
        unlabelled: What an image is whose annotation has no object: an ``"error"``, all
            ``"background"``, or to ``"leave out"``.
        bare: What points, lines, graphs and cuboids are, which cover no pixels: an
            ``"error"``, or to ``"leave out"``.
        **kwargs: ``allow_unpaired`` of :class:`PairedFolder`; ``skip_suffix``,
            ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ``lazy_init``,
            ``serialize_data``, ``value_range`` and ``bands`` of :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If images and annotations do not pair up, an annotation has no
            object, or an option or a file is wrong.
    """

    usual_stretch = 1.03

    def __init__(
        self,
        data_root: str,
        image_dir: str = "",
        label_dir: str = "",
        names: Mapping[str, str] | None = None,
        background: str | None = None,
        unlabelled: str = "error",
        bare: str = "error",
        **kwargs: Any,
    ) -> None:
        check_unlabelled(unlabelled)
        check_bare(bare)
        self.unlabelled = unlabelled
        self.bare = bare
        self.label_format = SuperviselyLabels(names, background)
        super().__init__(
            data_root,
            image_dir=image_dir,
            image_suffix=PICTURE_SUFFIXES,
            label_dir=label_dir,
            label_suffix=".json",
            layout=_LAYOUT.format(images=image_dir or "*", labels=label_dir or "*"),
            **kwargs,
        )

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table that leaves class indices and 255 as they are."""
        self.label_format.bind(Path(self.data_root), classes, ())
        check_below(self.unlabelled, self.label_format.below)
        return identity_lut(len(classes))

    def load_data_list(self) -> list[dict]:
        """List the images whose annotation has an object."""
        samples, empty, bare = [], [], []
        for sample in super().load_data_list():
            told = read_supervisely(sample["seg_map_path"])
            if len(told.drawn) < len(told.objects):
                bare.append(sample["seg_map_path"])
            if told.drawn or self.unlabelled == "background":
                samples.append(sample)
            else:
                empty.append(sample["img_path"])
        what = f"{type(self).__name__} in {self.data_root}"
        tell_bare(what, bare, self.bare, "point, line, graph or cuboid")
        check_shapes(what, empty, self.unlabelled, len(samples))
        return samples

    def list_images(self) -> dict[str, str]:
        """List the images by data set and name."""
        skip = tuple(suffix.lower() for suffix in self.skip_suffixes)
        found = self._list("img_path", "img", PICTURE_SUFFIXES, "image")
        return {key: n for key, n in found.items() if not n.lower().endswith(skip)}

    def _list_labels(self) -> dict[str, str]:
        found = self._list("seg_map_path", "ann", (".json",), "annotation")
        return {key[: -len(".json")]: name for key, name in found.items()}

    def _list(
        self, key: str, inside: str, suffixes: tuple[str, ...], what: str
    ) -> dict[str, str]:
        """List the files of folders of a name, or all if there is no such folder."""
        root = Path(self.data_prefix[key])
        if not root.is_dir():
            reason = f"{type(self).__name__}: there is no folder of {what}s {root}."
            raise layout_error(reason, self.layout, self.data_root)
        left_out: list[str] = []
        names = [
            PurePath(folder, name)
            for folder, name in files_below(root, left_out)
            if name.lower().endswith(suffixes) and name != "meta.json"
        ]
        self.left_out += [f"{root}/{link}" for link in left_out]
        own = [name for name in names if inside in name.parts[:-1]] or names
        if not own:
            reason = f"{type(self).__name__}: {root} holds no {what}."
            raise layout_error(reason, self.layout, self.data_root)
        return {_without(name, inside): str(name) for name in sorted(own)}

    def advice(self, *found: Any) -> str:
        """Return how an annotation is called."""
        return (
            "The annotation of ds0/img/a.jpg is ds0/ann/a.jpg.json. Complete the "
            "folders, or set allow_unpaired=True to leave them out."
        )


def _without(name: PurePath, folder: str) -> str:
    """Return a path without the last folder of that name in it."""
    parts = list(name.parts)
    folders = parts[:-1]
    if folder in folders:
        del parts[len(folders) - 1 - folders[::-1].index(folder)]
    return "/".join(parts)
