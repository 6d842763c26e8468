"""Outlines in YOLO's text files, one an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mmseg_uda.registry import LABEL_FORMATS

from ..image_headers import read_header
from ..label_maps import IGNORE
from ..reading import Declared, orientation_of
from .base_label_format import (
    BaseLabelFormat,
    background_index,
    check_merge,
    check_shown,
    class_index,
)
from .coco_shapes import polygon_mask

#: Outlines lie within the image, or less than half its size beside it.
_LEAST, _MOST = -0.5, 1.5
_BOX = 4  # numbers that make a box


@LABEL_FORMATS.register_module()
class YoloLabels(BaseLabelFormat):
    """Text files of YOLO for segmentation: a line a shape, its number and its outline.

    ``3 0.1 0.2 0.5 0.2 0.3 0.9`` is a triangle of class 3; x and y are shares of the
    image's width and height, as viewers show it. Outlines are drawn by COCO's own
    library, in their order, later ones above earlier ones. An empty file is an image
    without a shape.

    Args:
        names: What 0, 1, 2, ... are called, as ``names`` of ``data.yaml`` says. None:
            the data set's classes in their order, but for the background.
        merge: Class name by a name that is none: ``{"lane": "road"}``; ``"ignore"`` for
            what does not count.
        background: Class of what no shape covers, or ``"ignore"``. None: the class
            ``background``, if there is one, else ignore.

    Raises:
        ValueError: If a name is no class.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def __init__(
        self,
        names: Sequence[str] | None = None,
        merge: Mapping[str, str] | None = None,
        background: str | None = None,
    ) -> None:
        if isinstance(names, str):
            raise ValueError(f"names is a list of names, got {names!r}")
        self.names = None if names is None else tuple(names)
        self.merge = dict(merge or {})
        self.background = background
        self._indices: list[int] = []
        self._below = IGNORE

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:
        """Learn which number is which class."""
        self._below = background_index(self.background, classes)
        names = self.names
        if names is None:
            names = [n for i, n in enumerate(classes) if i != self._below]
        check_merge(self.merge, names, "YoloLabels")
        self._indices = [
            class_index(self.merge.get(name, name), classes, "names (see merge)")
            for name in names
        ]

    @property
    def decides(self) -> str:
        """The options, and which number is which class."""
        return f"{self!r} {self._indices} {self._below}"

    def declared_of(self, sample: Mapping[str, Any]) -> Declared:
        """Return the size of the image, which the file does not say."""
        return Declared("text", *read_header(sample["img_path"]).shown_size)

    def read_sample(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return class indices, 255 = ignore."""
        path = sample["seg_map_path"]
        check_shown(orientation_of(sample), path)
        width, height = read_header(sample["img_path"]).shown_size
        ids = np.full((height, width), self._below, np.uint8)
        for where, number, outline in read_shapes(path):
            if number >= len(self._indices):
                raise ValueError(
                    f"{where}: there is no class {number}, the names go up to "
                    f"{len(self._indices) - 1}: say what all numbers are (names)"
                )
            points = (outline * (width, height)).ravel().tolist()
            ids[polygon_mask([points], height, width)] = self._indices[number]
        return ids

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Refuse: the file does not say how large its image is."""
        raise TypeError(f"{path} is read by sample, see read_sample")


def read_shapes(path: str | Path) -> list[tuple[str, int, np.ndarray]]:
    """Return the shapes of a file.

    Args:
        path: The text file.

    Returns:
        Where each stands, its number, and its points (N, 2), x and y as shares of width
        and height.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"the label {path} is no text of YOLO: {error}") from error
    lines = enumerate(text.splitlines(), 1)
    shapes = ((f"the label {path}, line {n}", line.split()) for n, line in lines)
    return [(where, *_shape(words, where)) for where, words in shapes if words]


def _shape(words: Sequence[str], where: str) -> tuple[int, np.ndarray]:
    number, *rest = words
    try:
        values = np.array([float(word) for word in rest])
    except ValueError as error:
        raise ValueError(f"{where} is no shape of YOLO: {error}") from error
    if not number.isdigit():
        raise ValueError(f"{where} does not begin with the number of a class: {number}")
    if len(values) == _BOX:
        raise ValueError(
            f"{where} is a box, which says nothing of the pixels: export for "
            "segmentation, with outlines"
        )
    if len(values) % 2 or len(values) < 6:
        raise ValueError(
            f"{where} has {len(values)} numbers behind its class, and not x and y of "
            "three points or more"
        )
    if not np.all((values >= _LEAST) & (values <= _MOST)):
        worst = rest[int(np.argmax(~((values >= _LEAST) & (values <= _MOST))))]
        raise ValueError(
            f"{where} has a point at {worst}: x and y are shares of the image's width "
            "and height, 0 to 1, not pixels"
        )
    return int(number), values.reshape(-1, 2)
