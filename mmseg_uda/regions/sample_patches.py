"""Patches of a data set, drawn once and kept on disk meanwhile."""

import io
import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from mmseg_uda.atomic_files import remove_leftovers, write_atomic
from mmseg_uda.datasets.seeding import seeded
from mmseg_uda.progress import with_progress

from .region_rule import RegionRule

PARTS = "parts"
_IMAGES_A_PART = 50


def sample_patches(
    rule: RegionRule, dataset: Sequence, num_classes: int, folder: Path, seed: int
) -> tuple[np.ndarray, dict]:
    """Draw descriptors of patches from a random part of a data set.

    Images are read one by one; of each, equally many patches are kept, drawn from
    those with labels. Every 50 images the patches are written to ``parts/``, from
    where a call that was killed goes on. The result depends on the seed alone.

    Args:
        rule: Says what describes a patch and how many there shall be.
        dataset: Samples with ``data_samples.gt_sem_seg``, as the training sees them.
        num_classes: K.
        folder: Where ``parts/`` lies, and is left.
        seed: Seed of the choice of images and patches and of the pipeline.

    Returns:
        (P, D) float32, P <= ``rule.max_patches``, and counts of ``images`` read,
        ``patches`` seen in them, and ``patches_ignored`` for want of labels.
    """
    order = np.random.default_rng(seed).permutation(len(dataset))
    order = order[: rule.max_images].tolist()
    an_image = math.ceil(rule.max_patches / len(order))
    starts = range(0, len(order), _IMAGES_A_PART)
    files = [folder / PARTS / f"{start:06d}.npz" for start in starts]
    remove_leftovers(folder / PARTS)
    pending = [i for i, file in zip(starts, files, strict=True) if not file.is_file()]
    chosen = [order[i : i + _IMAGES_A_PART] for i in pending]
    shown = with_progress(
        (image for part in chosen for image in part),
        sum(len(part) for part in chosen),
        "reading patches",
    )
    for start, part in zip(pending, chosen, strict=True):
        drawn, seen, ignored = [], 0, 0
        for image in islice(shown, len(part)):
            described, counts = _patches_of(rule, dataset, image, num_classes, seed)
            rng = np.random.default_rng((seed, image))
            drawn.append(rng.permutation(described)[:an_image])
            seen, ignored = seen + counts.size, ignored + int((~counts).sum())
        path = folder / PARTS / f"{start:06d}.npz"
        _write(path, np.concatenate(drawn), seen, ignored)
    next(shown, None)  # lets the bar end
    return _read(files, rule.max_patches, len(order))


def _patches_of(
    rule: RegionRule, dataset: Sequence, image: int, num_classes: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the descriptors of an image's labelled patches, and which these are."""
    with seeded((seed * 1_000_003 + image) % 2**32):
        sample = dataset[image]["data_samples"]
    labels = sample.gt_sem_seg.data[0].numpy()
    counts = rule.labelled(labels, num_classes)
    return rule.describe(labels, num_classes)[counts], counts


def _write(path: Path, descriptors: np.ndarray, seen: int, ignored: int) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, descriptors=descriptors, seen=seen, ignored=ignored)
    write_atomic(path, buffer.getvalue())


def _read(files: list[Path], limit: int, images: int) -> tuple[np.ndarray, dict]:
    parts = [np.load(file, allow_pickle=False) for file in files]
    descriptors = np.concatenate([part["descriptors"] for part in parts])[:limit]
    counts = {
        "images": images,
        "patches": int(sum(part["seen"] for part in parts)),
        "patches_ignored": int(sum(part["ignored"] for part in parts)),
    }
    for part in parts:
        part.close()
    return descriptors, counts
