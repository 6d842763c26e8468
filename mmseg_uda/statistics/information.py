"""How much a network's predictions on images tell apart, without any label."""

from __future__ import annotations

import torch
from mmengine.dist import all_reduce
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.evaluation.label_free.scores import (
    certainty,
    information_maximisation,
)
from mmseg_uda.utils.evenly_spaced import evenly_spaced

from .image_batches import ImageBatches

_MOST = 50  # images, spread evenly: what the study of label-free scores looked at


@torch.no_grad()
def information(model: nn.Module, images: ImageFiles, num_workers: int = 0) -> float:
    """Return :func:`.information_maximisation` of a network on some of the images.

    The same on every rank, each of which predicts a part; every image counts the same.

    Args:
        model: An mmseg segmentor in evaluation mode, on its device.
        images: The images; no label is opened.
        num_workers: Processes that load them, per rank.

    Returns:
        A number in [0, 1]; 0 for a network of a single class.
    """
    paths = [images.paths[i] for i in evenly_spaced(len(images), _MOST)]
    some = ImageFiles(paths, images.root, [], images.reader)
    some.pipeline = images.pipeline
    total = None
    for batch in ImageBatches(some, 1, num_workers):
        for part in batch:
            for sample in model.test_step(part):
                probs = sample.seg_logits.data.float().softmax(0).flatten(1)
                if len(probs) < 2:
                    return 0.0
                mean = probs.double().mean(1)
                sure = certainty(probs).double().mean()[None]
                seen = torch.cat([mean, sure, torch.ones_like(sure)])
                total = seen if total is None else total + seen
    all_reduce(total)
    *_, count = total
    mean = total / count
    return float(information_maximisation(mean[:-2], mean[-2]))
