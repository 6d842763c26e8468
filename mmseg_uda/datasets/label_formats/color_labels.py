"""Labels whose colours are classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmseg_uda.registry import LABEL_FORMATS
from mmseg_uda.utils.percent import percent

from ..label_maps import IGNORE
from ..reading.label_colors import NO_COLOR, label_colors
from .base_label_format import BaseLabelFormat, check_merge, class_index
from .color_tables import packed, read_table, told

_SHOWN = 5
_TRACE = 0.01  # of a label's pixels: what blurred borders make


@LABEL_FORMATS.register_module()
class ColorLabels(BaseLabelFormat):
    """Images in which each class has a colour: RGB, RGBA, gray or with a palette.

    Args:
        colors: Colour, or list of colours, by class name; ``"#rrggbb"`` or three
            numbers in 0 to 255. ``ignore`` names those that do not count. None: those
            of ``table``, else the palette of the data set's ``metainfo``.
        table: File with the colours, relative to ``data_root``: CVAT's ``labelmap.txt``
            (``name:r,g,b::``) or a CSV with ``name``, ``r``, ``g`` and ``b``. Its names
            are those of classes, or of ``merge``.
        merge: Class name by a name of the table that is none: ``{"lane": "road"}``.
        unknown: What pixels of another colour are: an ``"error"``, or ``"ignore"``,
            such as where an export has blurred the borders, or a class, such as where
            each of its objects has a colour of its own.
        transparent: Class of fully transparent pixels, whatever their colour, or
            ``"ignore"``.

    Raises:
        ValueError: If an option is wrong.
    """

    def __init__(
        self,
        colors: Mapping[str, Any] | None = None,
        table: str | None = None,
        merge: Mapping[str, str] | None = None,
        unknown: str = "error",
        transparent: str = "ignore",
    ) -> None:
        if colors is not None and not isinstance(colors, Mapping):
            raise ValueError(f"colors is {{class: colour}}, got {colors!r}")
        if colors is not None and table is not None:
            raise ValueError("colors and table both say which colour is which class")
        if merge and table is None:
            raise ValueError("merge renames what a table names; there is no table")
        self.colors = None if colors is None else dict(colors)
        self.table = table
        self.merge = dict(merge or {})
        self.unknown = unknown
        self.transparent = transparent
        self._clear = self._rest = IGNORE
        self._values = np.empty(0, np.int64)  # sorted colours, as one number each
        self._ids = np.empty(0, np.int64)
        self._names: dict[int, str] = {}

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:
        """Find out which colour is which class."""
        given, where = self._given(root, classes, palette)
        ids: dict[int, int] = {}
        for name, colors in given.items():
            index = class_index(name, classes, where)
            for color in packed(colors, f"{where}, '{name}'"):
                if ids.setdefault(color, index) != index:
                    other = self._names[color]
                    raise ValueError(
                        f"{where}: {told(color)} is the colour of '{other}' and of "
                        f"'{name}'"
                    )
                self._names[color] = name
        if not ids:
            raise ValueError(f"{where} names no colour")
        self._clear = class_index(self.transparent, classes, "transparent")
        if self.unknown != "error":
            self._rest = class_index(self.unknown, classes, "unknown")
        self._values = np.array(sorted(ids), np.int64)
        self._ids = np.array([ids[color] for color in sorted(ids)], np.int64)

    def _given(
        self, root: Path, classes: Sequence[str], palette: Sequence
    ) -> tuple[Mapping[str, Any], str]:
        """Return the colours by name, and what says so."""
        if self.table is not None:
            return _merged(read_table(Path(root, self.table)), self.merge), self.table
        if self.colors is not None:
            return self.colors, "colors"
        if not palette:
            raise ValueError(
                "ColorLabels knows no colours: give colors={name: '#rrggbb'"
                "}, a table, or metainfo=dict(classes=..., palette=...)"
            )
        return dict(zip(classes, palette, strict=True)), "metainfo.palette"

    @property
    def decides(self) -> str:
        """The options, and which colour is which class."""
        known = dict(zip(self._values.tolist(), self._ids.tolist(), strict=True))
        return f"{self!r} {known} {self._clear} {self._rest}"

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return class indices, 255 = ignore."""
        colors = label_colors(path, orientation)
        place = np.searchsorted(self._values, colors)
        place[place == len(self._values)] = 0
        known = self._values[place] == colors
        ids = np.where(known, self._ids[place], self._rest).astype(np.uint8)
        ids[colors == NO_COLOR] = self._clear
        unknown = ~known & (colors != NO_COLOR)
        if self.unknown == "error" and unknown.any():
            raise ValueError(self._unknown_text(path, colors, unknown))
        return ids

    def _unknown_text(
        self, path: str | Path, colors: np.ndarray, unknown: np.ndarray
    ) -> str:
        found, counts = np.unique(colors[unknown], return_counts=True)
        order = np.argsort(-counts)[:_SHOWN]
        shown = ", ".join(
            f"{told(found[i])} ({percent(counts[i] / colors.size)} of its pixels)"
            for i in order
        )
        more = ", ..." * (len(found) > _SHOWN)
        known = ", ".join(f"{told(c)} {name}" for c, name in self._names.items())
        share = counts.sum() / colors.size
        advice = "Say which class each is (colors), or 'ignore'"
        if share <= _TRACE:
            advice = (
                f"Only {percent(share)} of the pixels are of such colours: where the "
                "borders were blurred by an export, unknown='ignore' leaves them out"
            )
        return (
            f"the label {path} holds colours of no class: {shown}{more}. Known are "
            f"{known}. {advice}"
        )


def _merged(table: Mapping[str, list], merge: Mapping[str, str]) -> dict[str, list]:
    """Return the colours by class, where several names of a table may be one."""
    check_merge(merge, table, "the table")
    colors: dict[str, list] = {}
    for name, own in table.items():
        colors.setdefault(merge.get(name, name), []).extend(own)
    return colors
