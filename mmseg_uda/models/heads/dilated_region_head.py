"""A classifier of patches on top of features."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor

from mmseg_uda.layers import dilated_branches, sum_of_branches
from mmseg_uda.structures.grid import check_patch_size, grid_shape

from .input_size import check_channels


@MODELS.register_module()
class DilatedRegionHead(BaseModule):
    """Tells the kind of each patch from features: C_region of the MLAN paper.

    "We duplicate and modify C_seg to create C_region with N output channels"
    (Sec. 4.2): the head of DeepLab-v2, parallel dilated convolutions that are summed,
    with one channel for each kind of region. Its logits are then averaged over each
    patch. That is our choice, as the paper says only that the output is a grid (i, j);
    so is the linear rather than a log-probability average.

    Args:
        in_channels: Channels C of the features E(x).
        num_regions: N, kinds of patches.
        patch_size: (height, width) of a patch in pixels of the image, as in the rule
            that made the labels.
        dilations: Dilation per branch, in pixels of the feature map.
        init_cfg: Initial weights in mmengine's form; ``None`` is N(0, 0.01) for
            weights and PyTorch's default for biases, as for the segmentation head.

    Shape:
        - Input: (N, C, h, w), and the image's (H, W).
        - Output: (N, R, I, J) logits, with I, J of :func:`grid_shape`; gradient flows
          to the input and to the parameters.

    Raises:
        ValueError: If ``patch_size`` is not two whole numbers >= 2, or ``dilations``
            is empty or not positive; in ``forward``, if the input has other channels.
    """

    def __init__(
        self,
        in_channels: int = 2048,
        num_regions: int = 100,
        patch_size: Sequence[int] = (36, 64),
        dilations: Sequence[int] = (6, 12, 18, 24),
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.num_regions = num_regions
        self.patch_size = check_patch_size(patch_size)
        self.conv2d_list = dilated_branches(in_channels, num_regions, dilations)

    def forward(self, x: Tensor, image_size: Sequence[int]) -> Tensor:
        """Return the logits of the patches' kinds."""
        check_channels(self, x)
        logits = sum_of_branches(self.conv2d_list, x)
        return F.adaptive_avg_pool2d(logits, grid_shape(image_size, self.patch_size))
