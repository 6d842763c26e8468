"""Finding the kinds of patches of one size."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mmseg_uda.utils.atomic_files import write_atomic, write_json, write_npz
from mmseg_uda.utils.plain import plain

from ..fit import fit_drawn
from ..fitted import ARRAYS, REPORT
from .layout import MONTAGE
from .montage import draw_montage
from .region_work import RegionWork
from .relations import describe_kinds

_COUNTS = ("images", "patches", "patches_ignored", "patches_unlabelled")
_FOUND = ("clusters", "noise", "smaller")


def fit_size(work: RegionWork, size: str, palette: Sequence) -> None:
    """Find the kinds of one size on the patches that were drawn, unless it is done.

    Writes ``regions.npz``, a montage of each kind's patches and, as the last,
    ``regions.json`` to the folder of the size.

    Args:
        work: The work; all its parts are there.
        size: Name of the size.
        palette: RGB triples by class id, for the montage.

    Raises:
        ValueError: If the patches don't hold kinds, see the rule.
    """
    folder = work.folder / size
    if (folder / REPORT).is_file():
        return
    rule = work.built[size]
    descriptors, pictures = drawn_patches(work, size)
    counts = {name: int(np.sum(_column(work, size, name))) for name in _COUNTS}
    try:
        fitted, kinds, found = fit_drawn(rule, descriptors, counts, work.seed)
    except ValueError as error:
        raise ValueError(f"'{size}' patches: {error}") from error
    described = describe_kinds(pictures, kinds, work.classes, rule.num_regions)
    montage = draw_montage(pictures, kinds, described, work.classes, palette)
    report = {
        "rule": plain(work.rules[size]),
        "classes": list(work.classes),
        "seed": work.seed,
        **found,
        **{name: int(fitted[name]) for name in _FOUND if name in fitted},
        "kinds": described,
    }
    write_npz(folder / ARRAYS, **fitted)
    write_atomic(folder / MONTAGE, _png(montage))
    write_json(folder / REPORT, report)


def drawn_patches(work: RegionWork, size: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the patches to fit on, from all parts.

    Args:
        work: The work; all its parts are there.
        size: Name of the size.

    Returns:
        Descriptors (P, D) float32, P at most the rule's ``max_patches``, and pictures
        (P, h, w) uint8.
    """
    limit = work.built[size].max_patches
    columns = (_column(work, size, key) for key in ("descriptors", "thumbnails"))
    descriptors, pictures = (np.concatenate(column)[:limit] for column in columns)
    return descriptors, pictures


def _column(work: RegionWork, size: str, key: str) -> list[np.ndarray]:
    """Read one entry of all parts that have it."""
    found = []
    for path in work.parts:
        with np.load(path, allow_pickle=False) as part:
            if f"{size}.{key}" in part:
                found.append(part[f"{size}.{key}"])
    return found


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()
