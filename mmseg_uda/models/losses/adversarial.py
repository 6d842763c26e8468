"""Adversarial losses on the output maps of a discriminator."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_uda.utils.precision import at_least_float32

GAN_KINDS = ("bce", "lsgan")


def gan_map(output: Tensor, label: float, kind: str = "bce") -> Tensor:
    """Loss of a discriminator output against a domain label, not reduced.

    Args:
        output: (N, 1, h, w) logits of the discriminator.
        label: 0.0 or 1.0, the label that every location should get.
        kind: ``'bce'``, binary cross-entropy on the logit (AdaptSegNet's "Vanilla"), or
            ``'lsgan'``, the squared difference of raw output and label.

    Returns:
        (N, h, w), >= 0, float32 at least.
    """
    # with AMP, squares of half precision would overflow at 256
    output = at_least_float32(output)
    target = torch.full_like(output, label)
    if kind == "bce":
        loss = F.binary_cross_entropy_with_logits(output, target, reduction="none")
    else:
        loss = (output - target).square()
    return loss.squeeze(1)


def squared_gradient(output: Tensor, inputs: Tensor) -> Tensor:
    """Squared gradient norm of a discriminator at its input, mean over the batch.

    Differentiable, so it can be minimised (MRNet regularises D with it).

    Args:
        output: (N, 1, h, w), computed from ``inputs``.
        inputs: (N, K, H, W) that requires grad.
    """
    (gradient,) = torch.autograd.grad(output.sum(), inputs, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1).mean()
