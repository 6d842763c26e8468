"""A classifier of patches on top of a segmentation."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_uda.structures.grid import check_patch_size, grid_shape

from .input_size import check_channels


@MODELS.register_module()
class RegionHead(BaseModule):
    """Tells the kind of each patch from the class probabilities in and around it.

    The module H of "Domain Adaptation for Structured Output via Discriminative Patch
    Representations" (Tsai et al.): adaptive average pooling to the grid of patches,
    then two convolutions. The pooled probabilities of a patch are its expected label
    histogram. Our choices, since the paper's text is not at hand: the first kernel is
    3x3, so that a patch's neighbours tell something of its layout, which pooling
    loses; ``channels``; a LeakyReLU of slope 0.2 between; PyTorch's initial weights.

    Args:
        in_channels: K, classes.
        num_regions: R, kinds of patches.
        patch_size: (height, width) of a patch in pixels of the image, as in the rule
            that made the labels.
        channels: Channels between the convolutions.
        init_cfg: Initial weights in mmengine's form; ``None`` keeps the default.

    Shape:
        - Input: (N, K, H, W) at image size, and that (H, W).
        - Output: (N, R, I, J) logits, with I, J of :func:`grid_shape`; gradient flows
          to the input and to the parameters.

    Raises:
        ValueError: If ``patch_size`` is not two whole numbers >= 2; in ``forward``, if
            the input has other channels.
    """

    def __init__(
        self,
        in_channels: int = 19,
        num_regions: int = 50,
        patch_size: Sequence[int] = (32, 64),
        channels: int = 256,
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.num_regions = num_regions
        self.patch_size = check_patch_size(patch_size)
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, padding=1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(channels, num_regions, 1),
        )

    def forward(self, x: Tensor, image_size: Sequence[int]) -> Tensor:
        """Return the logits of the patches' kinds."""
        check_channels(self, x)
        grid = grid_shape(image_size, self.patch_size)
        return self.layers(F.adaptive_avg_pool2d(x, grid))
