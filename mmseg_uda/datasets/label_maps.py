"""Look-up tables from the label values of the data sets to trainIds.

A table is an int16 array ``lut`` with ``lut[raw id] = trainId`` in [0, 254],
:data:`IGNORE` (255) for what is not evaluated, and :data:`OUTSIDE` for a value that
cannot occur in an intact file of that data set.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from mmseg.datasets import CityscapesDataset

from mmseg_uda.utils.class_sets import SYNTHIA_13, SYNTHIA_16

__all__ = [
    "CITYSCAPES_CLASSES",
    "CITYSCAPES_PALETTE",
    "IGNORE",
    "LARGEST_ID",
    "OUTSIDE",
    "SYNTHIA_13",
    "SYNTHIA_16",
    "cityscapes_lut",
    "custom_lut",
    "gta5_lut",
    "identity_lut",
    "known_ids",
    "restrict_lut",
    "synthia_lut",
]

#: The 19 evaluated classes; the position is the trainId.
CITYSCAPES_CLASSES: tuple[str, ...] = tuple(CityscapesDataset.METAINFO["classes"])
#: Their colours, RGB in [0, 255].
CITYSCAPES_PALETTE: list[list[int]] = list(CityscapesDataset.METAINFO["palette"])

#: Label of pixels that count neither in training nor in evaluation.
IGNORE = 255
#: Largest raw id that a ``label_map`` may name: the table has an entry for each.
LARGEST_ID = 65535
#: Marks raw values that the data set does not define.
OUTSIDE = -1

#: Cityscapes labelId -> class; the labelIds not listed are not evaluated.
_CITYSCAPES_IDS = {
    7: "road",
    8: "sidewalk",
    11: "building",
    12: "wall",
    13: "fence",
    17: "pole",
    19: "traffic light",
    20: "traffic sign",
    21: "vegetation",
    22: "terrain",
    23: "sky",
    24: "person",
    25: "rider",
    26: "car",
    27: "truck",
    28: "bus",
    31: "train",
    32: "motorcycle",
    33: "bicycle",
}
#: SYNTHIA RAND_CITYSCAPES id -> class; 0 void, 13 parking slot, 14 road work and 22
#: lane marking are not among the 19.
_SYNTHIA_IDS = {
    1: "sky",
    2: "building",
    3: "road",
    4: "sidewalk",
    5: "fence",
    6: "vegetation",
    7: "pole",
    8: "car",
    9: "traffic sign",
    10: "person",
    11: "bicycle",
    12: "motorcycle",
    15: "traffic light",
    16: "terrain",
    17: "rider",
    18: "truck",
    19: "bus",
    20: "train",
    21: "wall",
}


def cityscapes_lut() -> np.ndarray:
    """Return the table of gtFine labelIds: 0..33, and 255 as ignore."""
    return _table(_train_ids(_CITYSCAPES_IDS), valid=[*range(34), IGNORE])


def gta5_lut() -> np.ndarray:
    """Return the table of GTA5's palette indices: 0..34 (34: licence plate)."""
    return _table(_train_ids(_CITYSCAPES_IDS), valid=range(35))


def synthia_lut(lane_marking: str = "ignore") -> np.ndarray:
    """Return the table of SYNTHIA RAND_CITYSCAPES' ids, 0..22.

    Args:
        lane_marking: ``'ignore'``, as most pixel-based methods have it, or
            ``'road'``, as CRST has it.

    Raises:
        ValueError: If ``lane_marking`` is neither.
    """
    if lane_marking not in ("ignore", "road"):
        raise ValueError(
            f"lane_marking must be 'ignore' or 'road', got {lane_marking!r}"
        )
    ids = dict(_SYNTHIA_IDS)
    if lane_marking == "road":
        ids[22] = "road"
    return _table(_train_ids(ids), valid=range(23))


def identity_lut(num_classes: int) -> np.ndarray:
    """Return the table of labels that are trainIds already: 0..K-1 and 255."""
    ids = range(num_classes)
    return _table(dict(zip(ids, ids, strict=True)), valid=[*ids, IGNORE])


def custom_lut(
    label_map: Mapping[int, int], num_classes: int, unlisted: int | None = None
) -> np.ndarray:
    """Return the table of a user's ``label_map``, raw id -> class index or 255.

    Args:
        label_map: Class index, 255 to ignore, by raw id.
        num_classes: How many classes there are.
        unlisted: Class index, or 255, of all ids that the map does not name. None: they
            are errors, but for 255, which means ignore.

    Raises:
        ValueError: If a raw id is not in [0, 65535] or an index not in [0, K-1].
    """
    ids = {int(raw): int(index) for raw, index in label_map.items()}
    for raw, index in ids.items():
        if not 0 <= raw <= LARGEST_ID:
            raise ValueError(f"label_map: raw ids are in [0, {LARGEST_ID}], got {raw}")
        if index != IGNORE and not 0 <= index < num_classes:
            raise ValueError(
                f"label_map sends {raw} to {index}, but the {num_classes} classes are "
                f"0..{num_classes - 1} ({IGNORE} = ignore)"
            )
    lut = _table(ids, valid=[*ids, IGNORE])
    if unlisted is None:
        return lut
    whole = np.full(LARGEST_ID + 1, unlisted, dtype=np.int16)
    whole[list(ids)] = list(ids.values())
    return whole


def restrict_lut(lut: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Renumber a table of Cityscapes trainIds to a subset of the classes.

    Args:
        lut: Table from raw ids to the 19 trainIds.
        classes: Names among the 19, in the wanted order; the others are ignored.

    Raises:
        ValueError: If a name is not among the 19 or occurs twice.
    """
    unknown = [name for name in classes if name not in CITYSCAPES_CLASSES]
    if unknown or len(set(classes)) != len(classes):
        raise ValueError(
            f"classes must be distinct names among {', '.join(CITYSCAPES_CLASSES)}; "
            f"got {', '.join(unknown or classes)}"
        )
    subset = {CITYSCAPES_CLASSES.index(name): i for i, name in enumerate(classes)}
    kept = {**{i: IGNORE for i in range(19)}, **subset}
    values = [OUTSIDE if v == OUTSIDE else kept.get(int(v), IGNORE) for v in lut]
    return np.array(values, dtype=np.int16)


def known_ids(lut: np.ndarray) -> str:
    """Return the raw ids that a table defines, as ``'0-33, 255'``."""
    ids = np.flatnonzero(lut != OUTSIDE)
    runs = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs
    )


def _train_ids(names: Mapping[int, str]) -> dict[int, int]:
    return {raw: CITYSCAPES_CLASSES.index(name) for raw, name in names.items()}


def _table(ids: Mapping[int, int], valid: Iterable[int]) -> np.ndarray:
    """Fill a table: ``ids`` as given, the rest of ``valid`` ignored."""
    valid = list(valid)
    lut = np.full(max(256, max(valid) + 1), OUTSIDE, dtype=np.int16)
    lut[valid] = IGNORE
    for raw, index in ids.items():
        lut[raw] = index
    return lut
