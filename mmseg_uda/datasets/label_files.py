"""Reading of label files, in every format the data sets come in."""

from pathlib import Path

import numpy as np

from .label_maps import OUTSIDE, known_ids
from .reading import declare_file, label_numbers
from .reading.label_errors import label_errors

_MAKE_ALIKE = (
    ". Is it another image's label? Else bring one to the other's size (labels by the "
    "nearest pixel), or take both out"
)


def read_label_ids(
    path: str | Path,
    orientation: str = "shown",
    band: int | None = None,
    nodata: float | None = None,
) -> np.ndarray:
    """Read the raw ids of a label file, as they are stored.

    The file says itself how it is coded: palette image (GTA5), the index; 16-bit colour
    PNG (SYNTHIA), the first (R) channel; one channel of any number of bits (Cityscapes'
    labelIds, pseudo-labels, GIS rasters), the number; several equal channels, theirs.

    Args:
        path: Label image.
        orientation: ``'shown'`` turns it as its own orientation tag says, ``'stored'``
            does not.
        band: Number of the band that holds the ids, from 1; None: the only one.
        nodata: Number that is read as 255.

    Returns:
        Ids of shape (H, W), an integer type, none of them negative.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is unreadable, truncated, or does not hold ids as they were
            written: colours, compression with losses, negative or broken numbers.
    """
    data = Path(path).read_bytes()
    with label_errors(path, data):
        return label_numbers(data, path, orientation, band, nodata)


def map_label_ids(ids: np.ndarray, lut: np.ndarray, path: str | Path) -> np.ndarray:
    """Translate raw ids by a table of :mod:`.label_maps`.

    Args:
        ids: Raw ids (H, W).
        lut: Table (V,), int16.
        path: File the ids come from, for the message.

    Returns:
        Class indices (H, W), uint8, 255 = ignore.

    Raises:
        ValueError: If a raw id is not in the table.
    """
    inside = ids.dtype == np.uint8 or ids.max(initial=0) < len(lut)
    mapped = np.take(lut, ids) if inside else None
    if mapped is None or mapped.min(initial=0) == OUTSIDE:
        values = np.unique(ids)
        known = np.flatnonzero(lut != OUTSIDE)
        unknown = values[~np.isin(values, known)]
        shown = ", ".join(map(str, unknown[:10])) + (", ..." * (len(unknown) > 10))
        raise ValueError(
            f"label value(s) {shown} in {path} are outside of the label map (known: "
            f"{known_ids(lut)}). Is this the right data set class and folder, and for "
            "own data the right label_map, which is the whole table? "
            "tools/check_data.py CONFIG --full finds all values"
        )
    return mapped.astype(np.uint8)


def size_error(
    label: str,
    label_size: tuple[int, int],
    image: str,
    image_size: tuple[int, int],
) -> str:
    """Say that a label does not fit its image, and why if a tag is the reason.

    Args:
        label: Label file.
        label_size: Its width and height, as it was read.
        image: Image file.
        image_size: Its width and height, as it was read.
    """
    text = (
        f"label and image differ in size: {label} is "
        f"{label_size[0]}x{label_size[1]}, {image} is "
        f"{image_size[0]}x{image_size[1]} (width x height)"
    )
    declared = declare_file(image) if Path(image).is_file() else None
    if declared is None or declared.orientation == 1:
        return text + (_own_tag(label, label_size, image_size) or _MAKE_ALIKE)
    turned = image_size == declared.shown_size
    text += (
        f". The image has the orientation tag {declared.orientation} and is read as "
        f"{'viewers show it' if turned else 'it is stored'}"
    )
    other = declared.stored_size if turned else declared.shown_size
    if label_size != other:
        return text
    return (
        f"{text}; the label fits the image as it is {'stored' if turned else 'shown'}: "
        f"set orientation='{'stored' if turned else 'shown'}' of the data set"
    )


def _own_tag(label: str, size: tuple[int, int], image_size: tuple[int, int]) -> str:
    """Say that a label does not fit because of an orientation tag that it alone has."""
    try:
        declared = declare_file(label)
    except OSError:  # not there, or no image: labels may be text
        return ""
    if declared.orientation == 1 or size != image_size[::-1]:
        return ""
    return (
        f". The label has the orientation tag {declared.orientation}, its image has "
        "none: remove the label's tag, or set orientation='stored' of the data set"
    )
