"""Patches of a data set, drawn once and kept on disk meanwhile."""

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from mmengine.dist import barrier, get_dist_info

from mmseg_uda.utils.atomic_files import remove_leftovers, write_npz
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.utils.seeding import seeded

from .region_rule import RegionRule

PARTS = "parts"
_IMAGES_A_PART = 50


def sample_patches(
    rule: RegionRule, dataset: Sequence, num_classes: int, folder: Path, seed: int
) -> list[Path]:
    """Draw descriptors of patches from a random part of a data set.

    Images are read one by one; of each, equally many patches are kept, drawn from
    those with labels. Every 50 images the patches are written to ``parts/``, from
    where a call that was killed goes on. All ranks of a distributed run call this and
    share the images. The result depends on the seed alone.

    Args:
        rule: Says what describes a patch and how many there shall be.
        dataset: Samples with ``data_samples.gt_sem_seg``, as the training sees them.
        num_classes: K.
        folder: Where ``parts/`` lies, and is left.
        seed: Seed of the choice of images and patches and of the pipeline.

    Returns:
        The files in ``parts/``, for :func:`read_patches`, when all ranks are done.
    """
    order = np.random.default_rng(seed).permutation(len(dataset))
    order = order[: rule.max_images].tolist()
    an_image = math.ceil(rule.max_patches / len(order))
    parts = {
        folder / PARTS / f"{start:06d}.npz": order[start : start + _IMAGES_A_PART]
        for start in range(0, len(order), _IMAGES_A_PART)
    }
    on_rank_zero(remove_leftovers, folder / PARTS)
    rank, ranks = get_dist_info()
    own = {
        p: images for p, images in list(parts.items())[rank::ranks] if not p.is_file()
    }
    shown = _shown([image for images in own.values() for image in images], rank)
    for path, images in own.items():
        drawn, seen, ignored = [], 0, 0
        for image in islice(shown, len(images)):
            described, counts = _patches_of(rule, dataset, image, num_classes, seed)
            rng = np.random.default_rng((seed, image))
            drawn.append(rng.permutation(described)[:an_image])
            seen, ignored = seen + counts.size, ignored + int((~counts).sum())
        counted = {"images": len(images), "patches": seen, "patches_ignored": ignored}
        write_npz(path, descriptors=np.concatenate(drawn), **counted)
    next(shown, None)  # lets the bar end
    barrier()
    return list(parts)


def read_patches(
    files: Iterable[Path], limit: int
) -> tuple[np.ndarray, dict[str, int]]:
    """Read what :func:`sample_patches` has drawn.

    Args:
        files: What that returned.
        limit: Largest number of patches.

    Returns:
        (P, D) float32, P <= ``limit``, and counts of ``images`` read, ``patches`` seen
        in them, and ``patches_ignored`` for want of labels.
    """
    descriptors, counts = [], {"images": 0, "patches": 0, "patches_ignored": 0}
    for file in files:
        with np.load(file, allow_pickle=False) as part:
            descriptors.append(part["descriptors"])
            counts = {name: count + int(part[name]) for name, count in counts.items()}
    return np.concatenate(descriptors)[:limit], counts


def _shown(images: Sequence[int], rank: int) -> Iterable[int]:
    """Go through images; rank 0 shows how far it is."""
    if rank or not images:
        return iter(images)
    return with_progress(images, len(images), "reading patches")


def _patches_of(
    rule: RegionRule, dataset: Sequence, image: int, num_classes: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the descriptors of an image's labelled patches, and which these are."""
    with seeded((seed * 1_000_003 + image) % 2**32):
        sample = dataset[image]["data_samples"]
    labels = sample.gt_sem_seg.data[0].numpy()
    counts = rule.labelled(labels, num_classes)
    return rule.describe(labels, num_classes)[counts], counts
