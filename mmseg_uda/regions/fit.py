"""Finding the kinds of regions of a data set and writing them down."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmseg_uda.atomic_files import check_writable, write_json, write_npz
from mmseg_uda.plain import plain
from mmseg_uda.ranks import on_rank_zero
from mmseg_uda.registry import REGIONS

from .fitted import ARRAYS, REPORT
from .region_rule import RegionRule
from .sample_patches import PARTS, read_patches, sample_patches


def fit_regions(
    rule: Mapping[str, Any],
    dataset: Sequence,
    classes: Sequence[str],
    out_dir: str | Path,
    seed: int = 0,
) -> dict[str, Any]:
    """Fit a rule on a data set, or go on where a killed call stopped.

    All ranks of a distributed run call this: they share the reading, rank 0 fits.
    Writes ``regions.npz`` (what the rule needs to tell the kind of a patch) and then,
    as the last, ``regions.json`` (the rule and what was found).

    Args:
        rule: Config of a :class:`RegionRule`.
        dataset: See :func:`sample_patches`.
        classes: Names of the K classes.
        out_dir: Output folder.
        seed: Seed of everything random.

    Returns:
        The content of ``regions.json``: ``rule``, ``classes``, ``seed``, ``images``,
        ``patches`` and ``patches_ignored`` (see :func:`read_patches`),
        ``share_ignored`` of the patches, in [0, 1], ``patches_fitted`` and ``sizes``,
        the number of fitted patches of each kind.

    Raises:
        ValueError: If no patch has labels, or too few differ for that many kinds.
        OSError: If the folder cannot be written.
    """
    folder = Path(out_dir)
    check_writable(folder, "--work-dir")
    built = REGIONS.build(dict(rule))
    parts = sample_patches(built, dataset, len(classes), folder, seed)
    origin = {"rule": plain(rule), "classes": list(classes), "seed": seed}
    return on_rank_zero(_fit_and_write, built, parts, folder, origin)


def _fit_and_write(
    built: RegionRule, parts: Sequence[Path], folder: Path, origin: Mapping[str, Any]
) -> dict[str, Any]:
    descriptors, counts = read_patches(parts, built.max_patches)
    if not len(descriptors):
        raise ValueError(
            f"none of the {counts['patches']} patches of {counts['images']} images has "
            f"labels on {built.min_labelled:.0%} of its pixels; lower min_labelled"
        )
    fitted = built.fit(descriptors, origin["seed"])
    sizes = np.bincount(built.assign(descriptors, fitted), minlength=built.num_regions)
    report = {
        **origin,
        **counts,
        "share_ignored": round(counts["patches_ignored"] / counts["patches"], 6),
        "patches_fitted": len(descriptors),
        "sizes": sizes[: built.num_regions].tolist(),
    }
    write_npz(folder / ARRAYS, **fitted)
    write_json(folder / REPORT, report)
    shutil.rmtree(folder / PARTS)
    return report
