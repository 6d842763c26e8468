"""Larger weights for classes that are rare in the batch, or have been lately."""

from __future__ import annotations

import torch
from mmengine.dist import all_reduce
from torch import Tensor, nn

from .cross_entropy import IGNORE_INDEX


class ClassBalance(nn.Module):
    r"""Class weights of MRNet's and RPLUE's released code.

    .. math::
        w_c = a_c b_c, \quad
        a_c = m \text{ if } n_c < s \cdot n \text{ else } 1, \quad
        b_c \leftarrow 0.9\, b_c + 0.1\, (m \text{ if } n_c = 0 \text{ else } 1)

    with :math:`n_c` the pixels of class c among the n pixels of the batch (of all
    ranks) and m = ``max_weight``. The code compares :math:`n_c` with 64 * 64 pixels an
    image, whatever the crop. As a share s that is 1/128 of MRNet's crops of 512x1024,
    the default, and 1/32 of RPLUE's crops of 256x512.

    Args:
        num_classes: Number of classes K.
        max_weight: Weight m of a rare class; the product is at most m squared.
        min_share: Share s of the batch's pixels below which a class is rare.
        momentum: Share of the old value in the running factor b.

    Attributes:
        often: (K,) the running factor b, a buffer: it is saved with the model.
    """

    def __init__(
        self,
        num_classes: int,
        max_weight: float = 7.0,
        min_share: float = 1 / 128,
        momentum: float = 0.9,
    ) -> None:
        super().__init__()
        self.max_weight = max_weight
        self.min_share = min_share
        self.momentum = momentum
        self.register_buffer("often", torch.ones(num_classes))

    def forward(self, labels: Tensor) -> Tensor:
        """Weights for a batch, and an update of the running factor.

        Args:
            labels: (N, H, W) int64.

        Returns:
            (K,) weights, >= 1.
        """
        kept = labels[labels != IGNORE_INDEX]
        counts = torch.bincount(kept, minlength=len(self.often)).to(torch.float64)
        total = torch.tensor(
            float(labels.numel()), dtype=torch.float64, device=labels.device
        )
        all_reduce(counts)
        all_reduce(total)
        often = torch.where(counts == 0, self.max_weight, 1.0).to(self.often)
        self.often = self.momentum * self.often + (1 - self.momentum) * often
        rare = torch.where(counts < self.min_share * total, self.max_weight, 1.0)
        return rare.to(self.often) * self.often
