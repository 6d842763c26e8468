"""Finding the kinds of regions of a data set and writing them down."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from mmseg_uda.registry import REGIONS
from mmseg_uda.utils.atomic_files import check_writable, write_json, write_npz
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.ranks import on_rank_zero

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


def fit_drawn(
    rule: RegionRule, descriptors: np.ndarray, counts: Mapping[str, int], seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray, dict[str, Any]]:
    """Fit a rule on the patches that were drawn, and say what was found.

    Args:
        rule: The rule.
        descriptors: (P, D) float32.
        counts: See :func:`read_patches`.
        seed: Seed of everything random.

    Returns:
        What the rule needs to tell the kind of a patch, the kind of each patch, (P,)
        uint8, and ``counts`` with ``share_ignored``, ``patches_fitted`` and ``sizes``.

    Raises:
        ValueError: If there is no patch, or the rule finds too little in them.
    """
    if not len(descriptors):
        raise ValueError(_nothing_drawn(rule, counts))
    # several threads would add up in an order, and to a rounding, of their own
    with threadpool_limits(limits=1):
        fitted = rule.fit(descriptors, seed)
        kinds = rule.assign(descriptors, fitted)
    sizes = np.bincount(kinds, minlength=rule.num_regions)
    found = {
        **counts,
        "share_ignored": round(counts["patches_ignored"] / counts["patches"], 6),
        "patches_fitted": len(descriptors),
        "sizes": sizes[: rule.num_regions].tolist(),
    }
    return fitted, kinds, found


def _nothing_drawn(rule: RegionRule, counts: Mapping[str, int]) -> str:
    patches = f"the {counts['patches']} patches of {counts['images']} images"
    unlabelled = counts.get("patches_unlabelled", counts["patches_ignored"])
    one_class = counts["patches_ignored"] - unlabelled
    if one_class > unlabelled:
        return (
            f"{one_class} of {patches} show a single class, so that no classes meet "
            f"there (the other {unlabelled} have labels on less than "
            f"{rule.min_labelled:.0%} of their pixels): take larger patches"
        )
    return (
        f"none of {patches} has labels on {rule.min_labelled:.0%} of its pixels, of as "
        f"many classes as {type(rule).__name__} needs: lower min_labelled, or take "
        "larger patches"
    )


def _fit_and_write(
    rule: RegionRule, parts: Sequence[Path], folder: Path, origin: Mapping[str, Any]
) -> dict[str, Any]:
    descriptors, counts = read_patches(parts, rule.max_patches)
    fitted, _, found = fit_drawn(rule, descriptors, counts, origin["seed"])
    write_npz(folder / ARRAYS, **fitted)
    write_json(folder / REPORT, {**origin, **found})
    shutil.rmtree(folder / PARTS)
    return {**origin, **found}
