"""What a network and its Lipschitz map make of labelled images, for a noise bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmengine.dataset import pseudo_collate
from mmengine.dist import all_reduce, is_main_process
from torch import Tensor, nn

from mmseg_uda.engine.bound_checks import check_has_labels
from mmseg_uda.models.losses import IGNORE_INDEX
from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.models.segmentors.domain_wiring import domains_seen
from mmseg_uda.structures import AFTER_TRAINING, Step
from mmseg_uda.structures.original_size import at_size
from mmseg_uda.structures.padding import without_padding
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.seeding import restored, used_gpus


@torch.no_grad()
def accuracy(
    model: nn.Module, dataset: Any, indices: Sequence[int], part: LipschitzMap
) -> tuple[float, float]:
    """Count labelled pixels that the prediction has right, and all of them.

    Args:
        model: A :class:`UDASegmentor` in eval mode.
        dataset: Labelled images.
        indices: Which of them this rank looks at.
        part: The map on whose view the images are put.

    Returns:
        Both, of all ranks.

    Raises:
        ValueError: If there is no labelled pixel.
    """
    sums = _zeros(model, 2)
    steps = _steps(model, dataset, indices, part)
    for _, step, labels in _shown(steps, indices, "accuracy for noise bounds"):
        view = step.view(part.on)
        logits = without_padding(view.logits("fused")[0].float(), view.samples[0])
        predicted = nn.functional.interpolate(
            logits[None], labels.shape, mode="bilinear", align_corners=False
        ).argmax(1)[0]
        valid = labels != IGNORE_INDEX
        sums += torch.stack([((predicted == labels) & valid).sum(), valid.sum()])
    all_reduce(sums)
    right, pixels = sums.tolist()
    if not pixels:
        raise ValueError("NoiseBoundHook: no pixel of its images has a label")
    return right, pixels


@torch.no_grad()
def mean_weights(
    model: nn.Module,
    dataset: Any,
    indices: Sequence[int],
    name: str,
    bounds: Sequence[float],
) -> list[float]:
    """Mean of exp(-map) over the labelled pixels, for each of some bounds.

    An image is read once, and its backbone runs once; every bound has its noise.

    Args:
        model: A :class:`UDASegmentor` in eval mode.
        dataset: Labelled images.
        indices: Which of them this rank looks at.
        name: Name of a :class:`LipschitzMap`.
        bounds: Bounds of its noise.

    Returns:
        The means, of all ranks.
    """
    part: LipschitzMap = model.maps[name]
    sums, before = _zeros(model, len(bounds) + 1), part.noise.eps
    steps, title = _steps(model, dataset, indices, part), f"noise bound of '{name}'"
    try:
        for index, step, labels in _shown(steps, indices, title):
            view, valid = step.view(part.on), labels != IGNORE_INDEX
            for number, eps in enumerate(bounds):
                part.noise.eps = eps
                with restored(used_gpus()):
                    torch.manual_seed(index)
                    weight = (-part(step, "decode").float()).exp()
                weight = at_size(weight, view.samples[0], view.images, labels.shape)[0]
                sums[number] += weight[valid].double().sum()
            sums[-1] += valid.sum()
    finally:
        part.noise.eps = before
    all_reduce(sums)
    return (sums[:-1] / sums[-1]).tolist()


def _steps(
    model: nn.Module, dataset: Any, indices: Sequence[int], part: LipschitzMap
) -> Iterator[tuple[int, Step, Tensor]]:
    """Yield images in the place of those that a map looks at, with their labels."""
    (domain,) = {d for _, d in domains_seen(part, model.views, model.maps)}
    for index in indices:
        batch = model.data_preprocessor(pseudo_collate([dataset[index]]), False)
        (sample,) = batch["data_samples"]
        check_has_labels(sample)
        inputs = {domain: batch["inputs"]}
        step = model.step(inputs, {domain: [sample]}, AFTER_TRAINING)
        yield index, step, sample.gt_sem_seg.data[0].to(batch["inputs"].device)


def _shown(steps: Iterator, indices: Sequence[int], title: str) -> Iterator:
    """Show on the first rank how far the images of a pass are."""
    return with_progress(steps, len(indices), title) if is_main_process() else steps


def _zeros(model: nn.Module, count: int) -> Tensor:
    device = next(model.parameters()).device
    return torch.zeros(count, dtype=torch.float64, device=device)
