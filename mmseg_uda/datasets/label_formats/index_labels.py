"""Labels whose numbers are ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path

import numpy as np

from mmseg_uda.registry import LABEL_FORMATS

from ..label_files import read_label_ids
from ..label_maps import IGNORE, LARGEST_ID, custom_lut, identity_lut
from .base_label_format import BaseLabelFormat, check_merge, class_index
from .color_tables import csv_rows, text_of
from .name_lists import read_names

_COLUMNS = ("pixel value", "class")


@LABEL_FORMATS.register_module()
class IndexLabels(BaseLabelFormat):
    """Palette or one-channel images of ids, of any number of bits: the default.

    What an id means says the data set's ``label_map``, or its kind, or a table.

    Args:
        table: CSV with the columns ``Pixel Value`` and ``Class``, as Roboflow writes it
            (``_classes.csv``), relative to ``data_root``; or a text file of the names
            of 0, 1, 2, ..., such as ``classes.txt`` or ``labelmap.txt``. Its names are
            those of classes, or of ``merge``.
        merge: Class name by a name of the table that is none: ``{"lane": "road"}``;
            ``"ignore"`` for what does not count.
        band: Number of the band that holds the ids, counted from 1 as GDAL does; None:
            the only one, or several that are equal.
        nodata: Number that marks what has no label, such as -9999 or NaN of a GeoTIFF;
            it is read as 255.
        unknown: What pixels of a number are that neither ``label_map`` nor ``table``
            names, 255 among them: an ``"error"``, a class, or ``"ignore"``. A class is
            for labels that number its objects one by one.

    Raises:
        ValueError: If an option is wrong.
    """

    def __init__(
        self,
        table: str | None = None,
        merge: Mapping[str, str] | None = None,
        band: int | None = None,
        nodata: float | None = None,
        unknown: str = "error",
    ) -> None:
        if band is not None and (not isinstance(band, int) or band < 1):
            raise ValueError(f"band is a number, counted from 1, got {band!r}")
        if nodata is not None and not isinstance(nodata, Real):
            raise ValueError(
                f"nodata is a number, such as -9999 or float('nan'), got {nodata!r}"
            )
        if merge and table is None:
            raise ValueError("merge renames what a table names; there is no table")
        self.table = table
        self.merge = dict(merge or {})
        self.band = band
        self.nodata = nodata
        self.unknown = unknown
        self._classes: dict[int, int] = {}
        self._unlisted: int | None = None
        self._large: int | None = None

    @property
    def has_numbers(self) -> bool:
        """Whether the data set's ``label_map`` says what ids mean."""
        return self.table is None

    @property
    def unlisted(self) -> int | None:
        """Class index, or 255, of ``unknown``; None: an error."""
        return self._unlisted

    def bind(self, root: Path, classes: Sequence[str], palette: Sequence) -> None:
        """Read which id is which class, if there is a table."""
        if self.unknown != "error":
            self._unlisted = class_index(self.unknown, classes, "unknown")
        if self.table is None:
            return
        path = Path(root, self.table)
        names = read_numbers(path)
        check_merge(self.merge, names.values(), str(path))
        self._classes = {
            value: class_index(self.merge.get(name, name), classes, str(path))
            for value, name in names.items()
        }

    def lut(self, num_classes: int) -> np.ndarray:
        """Return the table from ids to class indices."""
        if self.table is None:
            return identity_lut(num_classes)
        return custom_lut(self._classes, num_classes, self._unlisted)

    def check_lut(self, lut: np.ndarray) -> None:
        """Refuse that 255 is a class where it stands for what has no label.

        Also learns an id in the table that those above it can be read as.
        """
        if self.nodata is not None and lut[IGNORE] != IGNORE:
            raise ValueError(
                "IndexLabels reads nodata as 255, which is a class here: save these "
                "labels with another number for it"
            )
        if self._unlisted is not None:
            self._large = int(np.flatnonzero(lut == self._unlisted)[-1])

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return the ids as they are stored, see :func:`read_label_ids`.

        Ids too large for a table are read as another one that is ``unknown``.
        """
        ids = read_label_ids(path, orientation, self.band, self.nodata)
        if self._large is None or ids.max(initial=0) <= LARGEST_ID:
            return ids
        return np.where(ids > LARGEST_ID, self._large, ids)


def read_numbers(path: Path) -> dict[int, str]:
    """Return the names of a table by pixel value, see :class:`IndexLabels`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such table.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no table of classes {path}")
    if path.suffix.lower() == ".txt":
        return dict(enumerate(read_names(path)))
    text = text_of(path)
    rows = csv_rows(text)
    names = [str(name).strip().lower() for name in rows.fieldnames or ()]
    if not set(_COLUMNS) <= set(names):
        raise ValueError(
            f"{path} is no table of classes: expected a CSV with the columns Pixel "
            f"Value and Class, its first line is {text.splitlines()[:1]}"
        )
    rows.fieldnames = names
    names_of: dict[int, str] = {}
    for row in rows:
        value, name = (row[column] or "" for column in _COLUMNS)
        if not value.strip().isdigit():
            raise ValueError(f"{path}: the pixel value {value!r} is no whole number")
        if names_of.setdefault(int(value), name.strip()) != name.strip():
            raise ValueError(f"{path} names the pixel value {value} twice")
    return names_of
