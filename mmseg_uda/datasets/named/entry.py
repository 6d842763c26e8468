"""One data set of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmseg_uda.utils.suggestions import check_choice

from ..label_maps import (
    CITYSCAPES_CLASSES,
    CITYSCAPES_PALETTE,
    IGNORE,
    cityscapes_lut,
    custom_lut,
    identity_lut,
    restrict_lut,
)

Suffix = str | tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Where the files of a download lie; ``{split}`` and ``{part}`` are filled in.

    Attributes:
        images: Folder of images below the root.
        image_suffix: Ending of the images.
        labels: Folder of labels below the root; None: there are none.
        label_suffix: Ending of the labels.
        inner: Folder below both that counts; ``""`` for all that lies there. With
            ``{part}`` in it several parts are read together.
    """

    images: str
    image_suffix: Suffix
    labels: str | None = None
    label_suffix: Suffix = ".png"
    inner: str = ""


@dataclass(frozen=True)
class Entry:
    """A data set as it is downloaded.

    Attributes:
        title: Its name as its authors write it.
        layouts: Where files lie; of several, which differ by the time of the download,
            the one whose image folder is there.
        page: Address of the download.
        terms: What its authors allow, in short; the page has the whole.
        splits: How each split is called there, by our name.
        labelled: Splits with labels.
        parts: Conditions or regions; their names there by ours.
        default_part: The part if none is asked for; None: all together.
        ids: What label values are: ``"trainIds"`` and ``"labelIds"`` of Cityscapes, or
            class names, ``"ignore"`` among them, by value.
        classes: Class names.
        palette: Their colours, RGB; empty: mmseg invents some.
        counts: Number of images by split, all parts together, where it is known.
        server: What the data set's test server takes predictions as: ``"trainIds"`` or
            ``"labelIds"`` of Cityscapes, or ``"indices"`` of ``classes``; empty: there
            is no server, or it wants something else.
    """

    title: str
    layouts: tuple[Layout, ...]
    page: str
    terms: str
    splits: Mapping[str, str]
    labelled: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    default_part: str | None = None
    ids: str | Mapping[int, str] = "trainIds"
    classes: tuple[str, ...] = CITYSCAPES_CLASSES
    palette: tuple = tuple(CITYSCAPES_PALETTE)
    counts: Mapping[str, int] = field(default_factory=dict)
    server: str = ""

    def chosen_parts(self, part: str | None) -> list[str]:
        """Return the parts that are read, as they are called there.

        Raises:
            ValueError: If there is no such part.
        """
        part = part or self.default_part
        if part is None:
            return list(self.parts.values()) or [""]
        if not self.parts:
            raise ValueError(f"{self.title} has no parts, got part={part!r}")
        check_choice(f"part of {self.title}", part, self.parts)
        return [self.parts[part]]

    def layout(self, root: Path, split: str, part: str | None) -> Layout:
        """Return where the files of a split are.

        Args:
            root: Folder of the data set.
            split: A key of ``splits``.
            part: A key of ``parts``, or None.

        Raises:
            ValueError: If there is no such split or part.
        """
        check_choice(f"split of {self.title}", split, self.splits)
        first = self.chosen_parts(part)[0]
        filled = [_filled(one, self.splits[split], first) for one in self.layouts]
        there = [one for one in filled if (root / one.images).is_dir()]
        return (there or filled)[0]

    def inner_folders(self, layout: Layout, split: str, part: str | None) -> list[str]:
        """Return the folders below images and labels that count; [] for all."""
        if not layout.inner:
            return []
        return [
            layout.inner.format(split=self.splits[split], part=name)
            for name in self.chosen_parts(part)
        ]

    def lut(self, classes: Sequence[str]) -> np.ndarray:
        """Return the table from label values to indices in ``classes``.

        Raises:
            ValueError: If a class is not one of the data set's.
        """
        if self.ids == "labelIds":
            return restrict_lut(cityscapes_lut(), classes)
        if self.ids == "trainIds":
            return restrict_lut(identity_lut(len(CITYSCAPES_CLASSES)), classes)
        self._check_classes(classes)
        index = {name: i for i, name in enumerate(classes)}
        known = {value: index.get(name, IGNORE) for value, name in self.ids.items()}
        return custom_lut(known, len(classes))

    def server_values(self, classes: Sequence[str]) -> np.ndarray:
        """Return the test server's value of each class, (K,) uint8.

        Args:
            classes: Class names of a network, in its order.

        Raises:
            ValueError: If a class is not one of the data set's.
        """
        self._check_classes(classes)
        indices = [self.classes.index(name) for name in classes]
        if self.server == "labelIds":
            raw = cityscapes_lut()
            indices = [int(np.flatnonzero(raw == index)[0]) for index in indices]
        return np.array(indices, np.uint8)

    def _check_classes(self, classes: Sequence[str]) -> None:
        unknown = [name for name in classes if name not in self.classes]
        if unknown:
            raise ValueError(
                f"{self.title} has no class {', '.join(unknown)}; it has: "
                f"{', '.join(self.classes)}"
            )


def _filled(layout: Layout, split: str, part: str) -> Layout:
    def fill(text: Suffix) -> Suffix:
        if isinstance(text, tuple):
            return tuple(one.format(split=split, part=part) for one in text)
        return text.format(split=split, part=part)

    labels = None if layout.labels is None else fill(layout.labels)
    return Layout(
        fill(layout.images),
        fill(layout.image_suffix),
        labels,
        fill(layout.label_suffix),
        layout.inner,
    )
