"""Data sets of the table, with and without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmseg.registry import DATASETS

from mmseg_uda.utils.suggestions import check_choice

from ..folders import as_tuple, layout_error
from ..paired_folder import PairedFolder
from ..seg_folder import SegFolder
from .entry import Entry, Layout
from .table import TABLE


class _InTable:
    """What both share: which files of a folder count."""

    entry: Entry
    inner: Sequence[str]
    split: str

    def list_folder(self, key: str, *how: Any, **options: Any) -> dict[str, str]:
        """List the files of the parts that are read.

        Raises:
            FileNotFoundError: If one of them has none.
        """
        files = super().list_folder(key, *how, **options)
        if not self.inner:
            return files
        for folder in self.inner:
            if not any(name.startswith(folder) for name in files):
                reason = (
                    f"{type(self).__name__} '{self.entry.title}': there is nothing in "
                    f"{self.data_prefix[key]}/{folder}"
                )
                raise layout_error(reason, self.layout, self.data_root)
        return {
            stem: path
            for stem, path in files.items()
            if stem.startswith(tuple(self.inner))
        }

    def check_indices(self, data_list: list[dict]) -> list[dict]:
        """Check that there are as many images as ``indices`` take for granted.

        In a download without splits they make these, and mean others where a file is
        missing: what is trained on then overlaps with what is scored.

        Raises:
            ValueError: If there are fewer.
        """
        wanted, there = self._indices, len(data_list)
        if wanted is None:
            return data_list
        if isinstance(wanted, int) and abs(wanted) > there:
            raise ValueError(
                f"{self.entry.title}: indices={wanted}, but {self.image_root} holds "
                f"{there} images"
            )
        whole = self.entry.counts.get(self.split, there)
        if len(self.entry.splits) == 1 and there != whole:
            raise ValueError(
                f"{self.entry.title}: indices={wanted} are some of its {whole} images, "
                f"but {self.image_root} holds {there}, of which they would be others. "
                "Fetch the rest, or leave indices out"
            )
        return data_list


@DATASETS.register_module()
class NamedFolder(_InTable, PairedFolder):
    """Images and labels of a data set that is known by name, as it is downloaded.

    Args:
        name: A key of :data:`.TABLE`, such as ``"acdc"``; docs/data.md has them all.
        data_root: Folder of the unpacked download.
        split: A split with labels; ``"train"``, ``"val"`` or ``"test"``.
        part: Condition or region, such as ``"night"`` of ACDC; None: what is usual,
            or all.
        **kwargs: ``allow_unpaired`` of :class:`PairedFolder`; ``pipeline``,
            ``metainfo`` (``classes``: a subset of its own, the others are ignored),
            ``indices``, ``test_mode``, ``lazy_init`` and ``serialize_data`` of
            :class:`SegFolder`.

    Raises:
        FileNotFoundError: If a folder is missing or holds no file of its kind.
        ValueError: If there is no such name, split, part or class, or images and
            labels do not pair up, or there are fewer than ``indices`` need.
    """

    def __init__(
        self,
        name: str,
        data_root: str,
        split: str = "train",
        part: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.split = split
        self.entry, layout, self.inner = _found(name, data_root, split, part)
        if split not in self.entry.labelled or layout.labels is None:
            raise ValueError(
                f"{self.entry.title} has labels of {', '.join(self.entry.labelled)}, "
                f"got split={split!r}: dict(type='NamedImages') reads images alone"
            )
        super().__init__(
            data_root,
            image_dir=layout.images,
            image_suffix=layout.image_suffix,
            label_dir=layout.labels,
            label_suffix=layout.label_suffix,
            layout=_told(layout, self.inner),
            metainfo=_metainfo(self.entry, kwargs.pop("metainfo", None)),
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the images with their labels."""
        return self.check_indices(super().load_data_list())

    def make_lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table from the download's values to ``classes``."""
        return self.entry.lut(classes)


@DATASETS.register_module()
class NamedImages(_InTable, SegFolder):
    """Images of a data set that is known by name; no label is listed or opened.

    Args:
        name: As of :class:`NamedFolder`.
        data_root: Likewise.
        split: Any split.
        part: As of :class:`NamedFolder`.
        **kwargs: See :class:`UnlabelledFolder`.

    Raises:
        FileNotFoundError: If the folder is missing or holds no image.
        ValueError: If there is no such name, split or part, or fewer images than
            ``indices`` need.
    """

    def __init__(
        self,
        name: str,
        data_root: str,
        split: str = "train",
        part: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.split = split
        self.entry, layout, self.inner = _found(name, data_root, split, part)
        kwargs.setdefault("skip_suffix", _others(layout))
        super().__init__(
            data_root,
            image_dir=layout.images,
            image_suffix=layout.image_suffix,
            label_dir=None,
            layout=_told(layout, self.inner),
            metainfo=_metainfo(self.entry, kwargs.pop("metainfo", None)),
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the images."""
        listed = [self.sample(image) for image in self.list_images().values()]
        return self.check_indices(listed)


def _found(
    name: str, root: str, split: str, part: str | None
) -> tuple[Entry, Layout, list[str]]:
    check_choice("name", name, TABLE)
    entry = TABLE[name]
    layout = entry.layout(Path(root), split, part)
    return entry, layout, entry.inner_folders(layout, split, part)


def _others(layout: Layout) -> tuple[str, ...]:
    """Return the ending of labels that lie among the images."""
    return as_tuple(layout.label_suffix) if layout.labels == layout.images else ()


def _metainfo(entry: Entry, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the classes: the data set's, or those that are asked for."""
    if given and given.get("classes") is not None:
        return dict(given)
    own: dict[str, Any] = {"classes": entry.classes}
    if entry.palette:
        own["palette"] = [list(color) for color in entry.palette]
    return {**own, **(given or {})}


def _told(layout: Layout, inner: Sequence[str]) -> str:
    """Return the layout as it is expected, for a message."""
    lines = []
    pairs = [(layout.images, layout.image_suffix)]
    if layout.labels is not None:
        pairs.append((layout.labels, layout.label_suffix))
    for folder, suffix in pairs:
        ends = " or ".join(f"*{one}" for one in as_tuple(suffix))
        lines += [f"{folder or '.'}/{below}...{ends}" for below in inner or [""]]
    return "\n".join(lines)
