"""What was found, counted on all grids."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmseg_uda.utils.progress import with_progress

from ..fitted import REPORT as FIT_REPORT
from ..region_rule import IGNORE
from .layout import REPORT
from .region_work import RegionWork

_OF_SAMPLE = (
    "images",
    "patches",
    "patches_ignored",
    "patches_unlabelled",
    "patches_fitted",
    "clusters",
    "noise",
    "smaller",
)
#: What to do where grids are missing.
ANEW = (
    f"delete {REPORT} and make the labels again (tools/make_region_labels.py): only "
    "what is missing is made"
)


def count_grids(work: RegionWork) -> dict[str, Any]:
    """Read all grids and say what they hold.

    Args:
        work: The work, all of it done.

    Returns:
        ``images``, ``labels_sha256`` over all grids and ``sizes``: by name the
        ``rule``, the ``grid`` (I, J), ``patches`` and ``patches_ignored`` of all
        images, ``share_ignored``, ``kinds`` (their ``size`` over all images, and what
        :func:`describe_kinds` says) and ``sample``, what was found by the fit.

    Raises:
        ValueError: If a grid is damaged, or of another size than the others.
    """
    digest = hashlib.sha256()
    counts = {size: np.zeros(IGNORE + 1, np.int64) for size in work.rules}
    shapes: dict[str, tuple[int, int]] = {}
    images = range(len(work.files))
    for image in with_progress(images, len(images), "counting patches"):
        for size, path in work.grids_of(image).items():
            grid = read_grid(path)
            if shapes.setdefault(size, grid.shape) != grid.shape:
                raise ValueError(
                    f"the region labels {path} are a grid of {grid.shape}, those of "
                    f"other images {shapes[size]}: one of them was made by something "
                    f"else. Delete that one and {ANEW}"
                )
            counts[size] += np.bincount(grid.ravel(), minlength=IGNORE + 1)
            digest.update(grid.tobytes())
    sizes = {
        size: _describe(work.folder / size, counts[size], shapes[size])
        for size in work.rules
    }
    return {
        "images": len(images),
        "labels_sha256": digest.hexdigest(),
        "sizes": sizes,
    }


def read_report(folder: Path) -> dict[str, Any]:
    """Read the report of finished labels.

    Raises:
        ValueError: If it cannot be read.
    """
    try:
        return json.loads((folder / REPORT).read_bytes())
    except (OSError, ValueError) as error:
        raise damaged_report(folder / REPORT, error) from error


def damaged_report(path: Path, error: Exception) -> ValueError:
    """Return the error of a report that cannot be read."""
    return ValueError(
        f"{path} cannot be read: {error!r}. Delete it and run the stage or "
        "tools/make_region_labels.py again: the labels are counted anew"
    )


def read_grid(path: Path) -> np.ndarray:
    """Read a grid of region labels, (I, J) uint8.

    Raises:
        ValueError: If it is missing or damaged.
    """
    try:
        with Image.open(path) as image:
            grid = np.asarray(image)
    except FileNotFoundError as error:
        raise ValueError(
            f"there are no region labels {path}. Were they made on label files of "
            "other names, those of another data set? Then make these ones', in a "
            f"folder of their own. Were some removed? Then {ANEW}"
        ) from error
    except (OSError, SyntaxError) as error:
        raise ValueError(
            f"the region labels {path} cannot be read: {error}. Delete them and {ANEW}"
        ) from error
    if grid.ndim != 2 or grid.dtype != np.uint8:
        raise ValueError(f"the region labels {path} are not an 8-bit grey image")
    return grid


def _describe(
    folder: Path, counts: np.ndarray, shape: tuple[int, int]
) -> dict[str, Any]:
    fit: Mapping[str, Any] = json.loads((folder / FIT_REPORT).read_text())
    total, ignored = int(counts.sum()), int(counts[IGNORE])
    kinds = [
        {"size": int(counts[kind]), **described}
        for kind, described in enumerate(fit["kinds"])
    ]
    return {
        "rule": fit["rule"],
        "grid": list(shape),
        "patches": total,
        "patches_ignored": ignored,
        "share_ignored": round(ignored / total, 6),
        "kinds": kinds,
        "sample": {name: fit[name] for name in _OF_SAMPLE if name in fit},
    }
