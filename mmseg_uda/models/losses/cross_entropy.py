"""Cross-entropy per pixel, and its mean over labelled pixels."""

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


def mean_over_valid(pixel_loss: Tensor, labels: Tensor) -> Tensor:
    """Sum of a pixel loss over the number of labelled pixels.

    The number is averaged over the ranks of a distributed run, so that the mean of the
    ranks' gradients is the gradient of one big batch, whatever each rank's share of
    ignored pixels. A batch without any label gives 0, not NaN.

    Args:
        pixel_loss: (N, H, W), zero where ignored.
        labels: (N, H, W) int64.
    """
    num_valid = (labels != IGNORE_INDEX).sum().to(torch.float64)
    all_reduce(num_valid, op="mean")
    return pixel_loss.sum() / num_valid.clamp(min=1).to(pixel_loss.dtype)
