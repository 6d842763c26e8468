"""How a folder of images is to be read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path, PurePath
from typing import Any

import cv2
import numpy as np

from mmseg_uda.datasets.folders import IMAGE_SUFFIXES, PICTURE_SUFFIXES
from mmseg_uda.datasets.image_headers import read_header
from mmseg_uda.datasets.names.strangers import find_strangers
from mmseg_uda.datasets.names.volumes import volume_advice
from mmseg_uda.datasets.names.walk_folder import files_below
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.datasets.reading import tiff
from mmseg_uda.datasets.reading.declared import Declared
from mmseg_uda.utils.evenly_spaced import evenly_spaced

from .found import FoundImages
from .options import one_or_all

_LOOKED_AT = 16
_DECODED = 200
_QUANTILES = (0.001, 0.999)
_VALUES = 100_000  # of an image


def find_images(folder: Path) -> FoundImages:
    """Find out how a folder of images without labels is read.

    Args:
        folder: The folder, searched with its sub-folders.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.
        ValueError: If images are broken.
    """
    names = pictures(folder)
    said: list[str] = []
    dataset: dict[str, Any] = {"type": "UnlabelledFolder", "data_root": str(folder)}
    strangers = find_strangers([folder / name for name in names], folder)
    if strangers is not None:
        told = f"{strangers.told(folder)}: they are left out"
        if strangers.suffixes:
            dataset["image_suffix"] = one_or_all(strangers.suffixes)
        elif strangers.skip:
            dataset["skip_suffix"] = one_or_all(strangers.skip)
        elif strangers.folder:
            dataset["image_dir"] = strangers.folder
        else:
            raise ValueError(f"{strangers.told(folder)}. {strangers.advice('')}")
        said.append(told)
    elif suffix := image_suffix(names):
        dataset["image_suffix"] = suffix
    dataset |= reading_options([folder / name for name in names], said)
    return described(FoundImages(dataset, said=said))


def pictures(folder: Path, apart: Collection[str | Path] = ()) -> list[str]:
    """Return all files below a folder that are called like images, sorted.

    Raises:
        FileNotFoundError: If there is no folder, or none in it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    found = [
        below + name
        for below, name in files_below(folder, apart=apart)
        if name.lower().endswith(PICTURE_SUFFIXES)
    ]
    if not found:
        names = [name for _, name in files_below(folder)]
        if volumes := volume_advice(names):
            raise FileNotFoundError(f"{folder} holds no image, but {volumes}")
        ends = Counter(PurePath(name).suffix for name in names)
        there = ", ".join(f"{n} *{end}" for end, n in ends.most_common(3))
        raise FileNotFoundError(
            f"{folder} holds no image ({', '.join(PICTURE_SUFFIXES)}), but "
            f"{there or 'nothing'}"
        )
    return sorted(found)


def image_suffix(names: Sequence[str]) -> str | tuple[str, ...] | None:
    """Return the ending of images if the data sets have to be told; None if not."""
    ends = tuple(sorted({PurePath(name).suffix.lower() for name in names}))
    return None if set(ends) <= set(IMAGE_SUFFIXES) else one_or_all(ends)


def reading_options(paths: Sequence[Path], said: list[str]) -> dict[str, Any]:
    """Return the options of a data set by which its images are read.

    Args:
        paths: The images.
        said: Takes what was assumed.
    """
    some = some_of(paths)
    declared = [read_header(path) for path in some]
    options: dict[str, Any] = {}
    first = declared[0]
    if first.colour == "bands":
        options["bands"] = (1, 2, 3) if first.bands >= 3 else (1,)
        said.append(
            f"images have {first.bands} bands and do not say which are their colours: "
            f"{options['bands']} are taken for red, green and blue (`bands`)"
        )
    if any(one.bits > 8 or one.number != "unsigned" for one in declared):
        low, high = options["value_range"] = _range(some)
        said.append(
            f"images have {max(one.bits for one in declared)} bits: the values from "
            f"{low:g} to {high:g}, between which lie 99.8 % of them, become 0 to 255 "
            "(`value_range`)"
        )
    return options


def some_of(paths: Sequence[Path], wanted: int = _LOOKED_AT) -> list[Path]:
    """Return some of many files, spread over all."""
    return [paths[i] for i in evenly_spaced(len(paths), wanted)]


def kinds_of(paths: Sequence[str]) -> dict[str, int]:
    """Return the number of images by what their heads say they are."""
    kinds = Counter(_kind(read_header(path)) for path in paths)
    return dict(kinds.most_common())


def described(found: FoundImages) -> FoundImages:
    """Read the heads of all images, and check them; adds what they are.

    Raises:
        FileNotFoundError, ValueError: As :func:`check_dataset`.
    """
    (report,) = check_dataset(found.dataset, max_full=_DECODED)
    found.paths, found.sizes = list(report.paths), list(report.sizes)
    found.said += report.notices
    found.kinds = kinds_of(found.paths)
    return found


def _kind(declared: Declared) -> str:
    bands = f"{declared.bands} band{'s' * (declared.bands > 1)}"
    return f"{declared.kind}, {declared.bits} bit, {bands}"


def _range(paths: Sequence[Path]) -> tuple[float, float]:
    numbers = [_numbers(path).astype(np.float64).ravel() for path in paths]
    values = np.concatenate([n[:: max(1, n.size // _VALUES)] for n in numbers])
    low, high = np.quantile(values[np.isfinite(values)], _QUANTILES).tolist()
    return round(low, 3), round(max(high, low + 1.0), 3)


def _numbers(path: Path) -> np.ndarray:
    data = path.read_bytes()
    if tiff.is_tiff(data[:4]):
        return tiff.read_bytes(data)[0]
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def absolute(path: str | Path) -> Path:
    """Return a path from the root on; links on the way stay."""
    return Path(os.path.abspath(os.path.expanduser(path)))
