"""Cross-entropy per pixel, and means over the pixels that count."""

import torch
import torch.nn.functional as F
from mmengine.dist import all_reduce
from torch import Tensor

IGNORE_INDEX = 255


def cross_entropy_map(log_probs: Tensor, labels: Tensor) -> Tensor:
    r"""Cross-entropy in nats, :math:`-\log p_{y}`, zero where the label is 255.

    LCDA paper, Eq. 4 and 6, before any reduction.

    Args:
        log_probs: (N, K, H, W).
        labels: (N, H, W) int64, 0..K-1 or 255.

    Returns:
        (N, H, W), >= 0.
    """
    return F.nll_loss(log_probs, labels, ignore_index=IGNORE_INDEX, reduction="none")


def soft_cross_entropy_map(log_probs: Tensor, soft_labels: Tensor) -> Tensor:
    r"""Cross-entropy of soft labels in nats, :math:`-\sum_c y_c \log p_c`.

    Args:
        log_probs: (N, K, H, W).
        soft_labels: (N, K, H, W), summing to 1 over K.

    Returns:
        (N, H, W), >= 0.
    """
    return -(soft_labels * log_probs).sum(dim=1)


def mean_by_weight(pixel_loss: Tensor, counts: Tensor) -> Tensor:
    """Sum of a pixel loss over the sum of what the pixels count.

    The denominator is averaged over the ranks of a distributed run, so that the mean of
    the ranks' gradients is the gradient of one big batch, whatever each rank's share of
    ignored pixels. A batch in which nothing counts gives 0, not NaN.

    Args:
        pixel_loss: (N, H, W), zero where nothing counts.
        counts: (N, H, W), >= 0: 1 for a labelled pixel, or its class weight.
    """
    total = counts.sum(dtype=torch.float64)
    all_reduce(total, op="mean")
    total = torch.where(total == 0, torch.ones_like(total), total)
    return pixel_loss.sum() / total.to(pixel_loss.dtype)


def hardest(pixel_loss: Tensor, share: float) -> Tensor:
    """Mask of the pixels with the largest loss, as MRNet's released code picks them.

    The threshold is the (1 - share) percentile over all pixels, linearly interpolated;
    ignored pixels take part with their loss of 0. A pixel on the threshold is kept.

    Args:
        pixel_loss: (N, H, W).
        share: Share of the pixels to keep, in (0, 1].

    Returns:
        (N, H, W) of 0 and 1, in the type of the loss.
    """
    values = pixel_loss.flatten()
    position = (1 - share) * (values.numel() - 1)
    below = int(position)
    # kthvalue, because torch.quantile refuses more than 16 million values
    low = values.kthvalue(below + 1).values
    high = values.kthvalue(min(below + 2, values.numel())).values
    threshold = low + (position - below) * (high - low)
    return (pixel_loss >= threshold).to(pixel_loss.dtype)
