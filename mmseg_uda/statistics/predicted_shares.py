"""Which classes a network finds in images, and how far that is from what is usual."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.dist import all_reduce
from torch import Tensor, nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.utils.evenly_spaced import evenly_spaced

from .image_batches import ImageBatches

_MOST = 50  # images, spread evenly
_LEAST = 1e-3  # added to shares: what a class that vanishes counts as


@torch.no_grad()
def predicted_shares(
    model: nn.Module, images: ImageFiles, num_workers: int = 0
) -> Tensor:
    r"""Return the mean of a network's probabilities on up to 50 of the images.

    The same on every rank, each of which predicts a part; every image counts the same.

    Args:
        model: An mmseg segmentor in evaluation mode, on its device.
        images: The images; no label is opened.
        num_workers: Processes that load them, per rank.

    Returns:
        (K,), float64, summing to 1. One channel of logits is two classes.
    """
    paths = [images.paths[i] for i in evenly_spaced(len(images), _MOST)]
    some = ImageFiles(paths, images.root, [], images.reader)
    some.pipeline = images.pipeline
    total: Tensor | None = None
    for batch in ImageBatches(some, 1, num_workers):
        for part in batch:
            for sample in model.test_step(part):
                mean = (
                    _probabilities(sample.seg_logits.data).flatten(1).double().mean(1)
                )
                seen = torch.cat([mean, torch.ones_like(mean[:1])])
                total = seen if total is None else total + seen
    all_reduce(total)
    return total[:-1] / total[-1]


def _probabilities(logits: Tensor) -> Tensor:
    if len(logits) > 1:
        return logits.float().softmax(0)
    second = logits.float().sigmoid()
    return torch.cat([1 - second, second])


def distance_of_shares(shares: Tensor, usual: Sequence[float]) -> float:
    r"""Return how far shares of classes are from what is usual, every class alike.

    .. math:: \frac{1}{|C|} \sum_{c \in C}
        \left| \log \frac{p_c + \epsilon}{u_c + \epsilon} \right|,
        \qquad C = \{c : u_c > 0\}, \quad \epsilon = 0.001

    Of factors and not of differences, so that a rare class that vanishes counts as much
    as a frequent one.

    Args:
        shares: p, (K,), summing to 1.
        usual: u, K numbers.

    Returns:
        A number >= 0: 0.7 if shares are twice or half of what is usual on average.
    """
    expected = torch.as_tensor(usual, dtype=shares.dtype, device=shares.device)
    factors = ((shares + _LEAST) / (expected + _LEAST)).log().abs()
    return float(factors[expected > 0].mean())
