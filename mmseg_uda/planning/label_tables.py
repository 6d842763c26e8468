"""Tables that stand beside label images and say what their pixels mean."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmseg_uda.datasets.image_headers import read_header
from mmseg_uda.datasets.label_files import read_label_ids
from mmseg_uda.datasets.label_formats.color_tables import packed, read_table, told
from mmseg_uda.datasets.label_formats.index_labels import read_numbers
from mmseg_uda.datasets.label_formats.name_lists import has_no_colors, read_names
from mmseg_uda.datasets.label_maps import IGNORE
from mmseg_uda.datasets.reading.label_colors import NO_COLOR, label_colors

from .class_options import GivenClasses
from .found import FoundLabels
from .options import below
from .voc_labels import BORDER, colors_by_order

_NUMBERED = "_classes.csv"
_LISTS = ("classes.txt", "class_names.txt")
_TABLES = ("labelmap.txt", "label_colors.txt", "class_dict.csv", _NUMBERED, *_LISTS)
_NO_CLASS = ("ignore", "ignored", "__ignore__")
_LEVELS = 4  # folders above the labels in which a table is looked for


def by_table(
    found: FoundLabels,
    files: Sequence[Path],
    given: GivenClasses | None,
    band: int | None,
) -> bool:
    """Let a table beside the labels, or above them, say what their pixels mean.

    Args:
        found: Takes the classes, and how labels are read.
        files: The label files that are looked at.
        given: Names of classes by the user; None: all of the table's are some.
        band: Band of the labels that the user names; None: the only one.

    Returns:
        Whether there is a table that does.

    Raises:
        ValueError: If there is one that is damaged.
    """
    table = _table_near(files[0].parent, Path(found.dataset["data_root"]))
    if table is None:
        return False
    if table.name in _LISTS or has_no_colors(table):
        return _by_names(found, files, table, given, band)
    if table.name == _NUMBERED and not _is_of_colors(table):
        _take_names(found, "IndexLabels", table, _ordered(table), given)
        found.encoding = f"numbers, as {table.name} says"
        return True
    colors = read_table(table)
    seen = set() if band is not None else _colors_in(files)
    known = {color for name, own in colors.items() for color in packed(own, name)}
    if not seen <= known:
        if _fits(_ids_in(files, band), len(colors)):
            _by_order(found, table, list(colors), given)
            return True
        if BORDER in seen and seen <= {*known, BORDER}:
            _by_colors(found, {**colors, "ignore": told(BORDER)}, given, table)
            return True
    _take_names(found, "ColorLabels", table, list(colors), given)
    found.encoding = f"colours, as {table.name} says"
    _paint(found, colors)
    return True


def rgb(color: int) -> list[int]:
    """Return red, green and blue of a packed colour."""
    return [color >> 16, color >> 8 & 255, color & 255]


def _by_names(
    found: FoundLabels,
    files: Sequence[Path],
    table: Path,
    given: GivenClasses | None,
    band: int | None,
) -> bool:
    """Let a list of names say what numbers are, or Pascal VOC's colours."""
    try:
        names = read_names(table)
    except ValueError as error:
        found.said.append(f"{error}; it is not used")
        return False
    if given and not set(given.names) & set(names):
        return False
    ids = _ids_in(files, band)
    if _fits(ids, len(names)):
        _by_order(found, table, names, given)
        return True
    colors = None if ids else colors_by_order(names, _colors_in(files))
    if colors is not None:
        own = {name: told(color) for name, color in colors.items()}
        _by_colors(found, own, given, table)
        found.said.append(f"the names of {table.name} have Pascal VOC's colours")
        return True
    found.said.append(
        f"{table} names {len(names)} classes, which are not those of the labels: it is "
        "not used"
    )
    return False


def _by_order(
    found: FoundLabels, table: Path, names: Sequence[str], given: GivenClasses | None
) -> None:
    _take_names(found, "IndexLabels", table, names, given)
    found.encoding = f"class indices, named by {table.name}"


def _by_colors(
    found: FoundLabels,
    colors: Mapping[str, Any],
    given: GivenClasses | None,
    table: Path,
) -> None:
    """Let colours be said in the config, of which a table holds a part at most."""
    known = tuple(name for name in colors if name not in _NO_CLASS)
    found.classes = given.names if given else known
    none = [name for name in colors if name not in found.classes]
    own: dict[str, Any] = {n: c for n, c in colors.items() if n in found.classes}
    if none:
        own["ignore"] = [told(c) for n in none for c in packed(colors[n], n)]
    found.dataset["label_format"] = {"type": "ColorLabels", "colors": own}
    found.encoding = f"colours of the classes in {table.name}"
    _paint(found, colors)


def _paint(found: FoundLabels, colors: Mapping[str, Any]) -> None:
    if set(found.classes) <= set(colors):
        firsts = (next(packed(colors[name], name)) for name in found.classes)
        found.palette = [rgb(color) for color in firsts]


def _take_names(
    found: FoundLabels,
    kind: str,
    table: Path,
    names: Sequence[str],
    given: GivenClasses | None,
) -> None:
    """Let a table name the classes, or say which of its names are some."""
    root = found.dataset["data_root"] = _with(table, found)
    own = found.dataset["label_format"] = {
        "type": kind,
        "table": str(table.relative_to(root)),
    }
    known = tuple(dict.fromkeys(name for name in names if name not in _NO_CLASS))
    found.classes = given.names if given else known
    others = [n for n in dict.fromkeys(names) if n not in (*found.classes, "ignore")]
    if others:
        own["merge"] = dict.fromkeys(others, "ignore")
        found.said.append(f"{', '.join(others)} is no class, and ignored (`merge`)")


def _with(table: Path, found: FoundLabels) -> str:
    """Return a root below which the table lies, too, and let folders follow it."""
    old = found.dataset["data_root"]
    new = os.path.commonpath([old, table.parent])
    for key in ("image_dir", "label_dir"):
        found.dataset[key] = below(Path(old, found.dataset[key]), Path(new))
    return new


def _table_near(labels: Path, root: Path) -> Path | None:
    """Return a table of classes in the folder of labels, or above it, up to the root's.

    Exports put it beside the folders, or among the labels.
    """
    folder = labels
    for _ in range(_LEVELS):
        for name in _TABLES:
            if (folder / name).is_file():
                return folder / name
        if folder == root.parent or folder.parent == folder:
            break
        folder = folder.parent
    return None


def _is_of_colors(table: Path) -> bool:
    try:
        return bool(read_table(table))
    except ValueError:
        return False


def _ordered(table: Path) -> list[str]:
    names = read_numbers(table)
    return [names[value] for value in sorted(names)]


def _ids_in(files: Sequence[Path], band: int | None) -> set[int]:
    """Return the numbers in labels of one band, but 255; of colours none."""
    if band is None and any(read_header(path).bands > 1 for path in files):
        return set()
    found: set[int] = set()
    for path in files:
        found.update(np.unique(read_label_ids(path, band=band)).tolist())
    return found - {IGNORE}


def _fits(ids: Collection[int], count: int) -> bool:
    return bool(ids) and max(ids) < count


def _colors_in(files: Sequence[Path]) -> set[int]:
    found: set[int] = set()
    for path in files:
        found.update(np.unique(label_colors(path)).tolist())
    return found - {NO_COLOR}
