"""What the pixels of label images mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmseg_uda.datasets.checks.label_values import count_ids
from mmseg_uda.datasets.image_headers import read_header
from mmseg_uda.datasets.label_files import read_label_ids
from mmseg_uda.datasets.label_formats.color_tables import packed, told
from mmseg_uda.datasets.label_maps import IGNORE
from mmseg_uda.datasets.reading.label_colors import NO_COLOR, label_colors
from mmseg_uda.datasets.reading.tiff import nodata_of
from mmseg_uda.utils.percent import percent

from .blurred_masks import are_blurred_masks
from .class_options import GivenClasses
from .found import FoundLabels
from .label_tables import by_table, rgb
from .label_values import meaning_of

_FEW = 24  # colours that are listed


def find_encoding(
    found: FoundLabels,
    files: Sequence[Path],
    given: GivenClasses | None,
    band: int | None = None,
) -> None:
    """Find out what label images mean: their colours, or their numbers.

    Args:
        found: Takes the classes, and how labels are read.
        files: The label files that are looked at.
        given: What the user says of the classes; None: nothing.
        band: Band of the labels that holds the ids, from 1; None: the only one.

    Raises:
        ValueError: If it cannot be told; it says what to add.
    """
    if given and given.colors:
        _by_colors(found, given)
    elif not (given and given.values) and by_table(found, files, given, band):
        pass
    elif band is None and _may_be_masks(given) and are_blurred_masks(files):
        _by_threshold(found, given)
    elif band is None and any(_is_coloured(path) for path in files):
        raise ValueError(_ask_for_colors(files))
    else:
        given, nodata = _without_nodata(given, nodata_of(files[0]))
        counts: Counter[int] = Counter()
        for path in files:
            counts.update(count_ids(read_label_ids(path, band=band, nodata=nodata)))
        meaning = meaning_of(counts, given)
        _say_format(found, band, nodata, given.other if given else None)
        found.classes, found.encoding = meaning.classes, meaning.encoding
        found.said += meaning.said
        if meaning.label_map is not None:
            found.dataset["label_map"] = meaning.label_map


def _say_format(
    found: FoundLabels, band: int | None, nodata: float | None, other: str | None
) -> None:
    """Let labels be read from a band, or with a number for what has no label."""
    options = {"band": band, "nodata": nodata, "unknown": other}
    options = {name: value for name, value in options.items() if value is not None}
    if options:
        found.dataset["label_format"] = {"type": "IndexLabels", **options}
    if nodata is not None:
        found.said.append(f"{nodata:g} is declared to be no data, and ignored")


def _without_nodata(
    given: GivenClasses | None, nodata: float | None
) -> tuple[GivenClasses | None, float | None]:
    """Let what a file declares to be no data be none of the other numbers."""
    if given is None or given.other is None or nodata is None:
        return given, nodata
    is_id = nodata >= 0 and float(nodata).is_integer()
    value = int(nodata) if is_id else IGNORE  # which is what it is read as
    values = {value: IGNORE, **given.values}
    return replace(given, values=values), None if is_id else nodata


def _may_be_masks(given: GivenClasses | None) -> bool:
    return given is None or (len(given.names) == 2 and not given.values)


def _by_threshold(found: FoundLabels, given: GivenClasses | None) -> None:
    found.dataset["label_format"] = {"type": "MaskLabels"}
    found.classes = given.names if given else ("background", "foreground")
    found.encoding = "black and white masks with blurred borders"
    dark, bright = found.classes
    found.said.append(
        f"what is darker than half is {dark}, what is brighter {bright} (MaskLabels)"
    )


def _by_colors(found: FoundLabels, given: GivenClasses) -> None:
    colors = {
        name: own[0] if len(own) == 1 else own for name, own in given.colors.items()
    }
    rest = {} if given.other is None else {"unknown": given.other}
    found.dataset["label_format"] = {"type": "ColorLabels", "colors": colors, **rest}
    found.classes, found.encoding = given.names, "colours, as --classes says"
    if given.other is None:
        first = [next(packed(given.colors[name], name)) for name in given.names]
        found.palette = [rgb(color) for color in first]


def _is_coloured(path: Path) -> bool:
    declared = read_header(path)
    if declared.bands - declared.alpha < 3:
        return False
    if declared.bits > 8:
        return False  # SYNTHIA's, whose first band holds the ids
    colors = label_colors(path)
    red, green, blue = colors >> 16, colors >> 8 & 255, colors & 255
    return bool(((red != green) | (green != blue))[colors != NO_COLOR].any())


def _ask_for_colors(files: Sequence[Path]) -> str:
    counts: Counter[int] = Counter()
    for path in files:
        colors = label_colors(path)
        counts.update(Counter(colors[colors != NO_COLOR].ravel().tolist()))
    whole = counts.total()
    shown = counts.most_common(_FEW)
    listed = ", ".join(f"{told(c)} ({percent(n / whole)})" for c, n in shown)
    words = " ".join(f"NAME={told(c)}" for c, _ in shown)
    text = (
        f"the labels ({files[0]}) hold colours, and no table beside them says which "
        f"class each is. In {len(files)} of them there are {len(counts)}: {listed}"
    )
    if len(counts) > _FEW:
        return (
            f"{text}, ... These are many: were they saved as JPEG, or blurred by an "
            "export? Name those that are classes: --classes NAME=#RRGGBB ... If every "
            "object has a colour of its own, say --classes "
            f"background={told(shown[0][0])} NAME=other"
        )
    return f"{text}. Name them: --classes {words} (ignore=... for what is none)"
