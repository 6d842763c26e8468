"""What the weights of a training do on pseudo-labels, for their report."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dist import barrier, get_rank, get_world_size
from PIL import Image
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.models.objectives.weight_sums import summary
from mmseg_uda.prediction.loading import one_by_one
from mmseg_uda.utils.atomic_files import write_npz
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.ranks import on_rank_zero

from .label_weights import Key, LabelWeights
from .pseudo_label_writer import PseudoLabelWriter

#: So many images, evenly spaced over the set, are looked at.
MOST_IMAGES = 100


def measure_weights(
    model: nn.Module,
    images: ImageFiles,
    writer: PseudoLabelWriter,
    weights: LabelWeights | None,
    classes: Sequence[str] | None = None,
    num_workers: int = 0,
) -> dict[str, Any] | None:
    """Measure weights on labels that are written, or what is left of an earlier try.

    The result is the same for any number of ranks and workers and after any
    interruption. An image costs one pass of the backbone and what its maps need: for a
    Lipschitz map one pass of a segmentation head, and one a draw (the worst direction:
    the passes of its search, too).

    Args:
        model: The network that made the labels; of several whose mean did, the first.
        images: The labelled images, as they are: without test-time augmentation.
        writer: Of the labels.
        weights: What to measure; None for nothing: then the report keeps what it has.
        classes: Class names.
        num_workers: Processes that load images, per rank.

    Returns:
        For ``pseudo_labels.json``: ``sha256`` of what was measured, ``num_images``,
        ``by_objective``, by name and segmentation head a
        :func:`~mmseg_uda.models.objectives.weight_sums.summary` over the labelled
        pixels and what the weight is, and ``not_measured``, the same names with
        the reason why. None if there is nothing to report.
    """
    if on_rank_zero(is_measured, writer, weights):
        return on_rank_zero(_earlier, writer.report_file)
    problems = weights.problems(model)
    keys = [key for key in weights.weights if key not in problems]
    chosen = evenly_spaced(len(images), MOST_IMAGES if keys else 0)
    folder = writer.folder / "weights" / weights.sha256[:16]
    left = [i for i in chosen if not _file(folder, images, i).is_file()]
    left = on_rank_zero(lambda: left)  # before any rank adds to them
    own = left[get_rank() :: get_world_size()]
    batches = one_by_one(images, own, num_workers)
    if own and get_rank() == 0:
        batches = with_progress(batches, len(own), "measuring the weights of labels")
    for index, data in batches:
        labels = np.asarray(Image.open(writer.paths(images.names[index])[0]))
        found = weights.sums(model, data, torch.from_numpy(labels.copy()), keys, index)
        sums = {_text(key): value.numpy() for key, value in found.items()}
        write_npz(_file(folder, images, index), **sums)
    barrier()
    files = [_file(folder, images, index) for index in chosen]
    report = on_rank_zero(_report, files, weights, keys, problems, classes)
    if get_rank() == 0:
        shutil.rmtree(folder.parent, ignore_errors=True)
    return report


def is_measured(writer: PseudoLabelWriter, weights: LabelWeights | None) -> bool:
    """Whether a folder's report says already all that is asked about weights."""
    earlier = _earlier(writer.report_file) or {}
    return weights is None or earlier.get("sha256") == weights.sha256


def _report(
    files: Sequence[Path],
    weights: LabelWeights,
    keys: Sequence[Key],
    problems: dict[Key, str],
    classes: Sequence[str] | None,
) -> dict[str, Any]:
    total = {key: 0.0 for key in keys}
    for path in files:
        with np.load(path, allow_pickle=False) as arrays:
            for key in keys:
                total[key] = total[key] + arrays[_text(key)]
    by_objective: dict[str, dict] = {}
    for key in keys:
        entry = {**weights.about(key), **summary(total[key], classes)}
        by_objective.setdefault(key[0], {})[key[1]] = entry
    not_measured: dict[str, dict] = {}
    for (name, seg_head), reason in problems.items():
        not_measured.setdefault(name, {})[seg_head] = reason
    return {
        "sha256": weights.sha256,
        "num_images": len(files),
        "by_objective": by_objective,
        "not_measured": not_measured,
    }


def _earlier(report_file: Path) -> dict[str, Any] | None:
    """Return what a finished folder has, if any."""
    if not report_file.is_file():
        return None
    return json.loads(report_file.read_text()).get("weights")


def _file(folder: Path, images: ImageFiles, index: int) -> Path:
    return folder / f"{images.names[index]}.npz"


def _text(key: Key) -> str:
    return ".".join(key)
