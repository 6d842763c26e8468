"""The fully convolutional discriminator of AdaptSegNet."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .input_size import check_input_size


@MODELS.register_module()
class PixelDiscriminator(BaseModule):
    """Five 4x4 convolutions of stride 2 that judge patches of a map.

    The discriminator of AdaptSegNet, ADVENT and CLAN: LeakyReLU of slope 0.2 after all
    but the last convolution, no norm, biases everywhere, PyTorch's default initial
    weights, and a logit map (no sigmoid) at 1/32 of the input size, rounded down.

    Args:
        in_channels: Channels of the map it judges; K for class probabilities.
        channels: Channels after each convolution but the last, which has one.
        upsample: Bring the logit map to the input's size, bilinear with aligned corners
            (CLAN, which weights it per pixel).
        init_cfg: Initial weights in mmengine's form; ``None`` keeps the default.

    Shape:
        - Input: (N, C, H, W) with H, W >= 32.
        - Output: a list of one tensor (N, 1, H // 32, W // 32), or (N, 1, H, W) with
          ``upsample``, logits; gradient flows to the input and to the parameters.

    Raises:
        ValueError: In ``forward``, if the input is smaller than 32x32 pixels.
    """

    def __init__(
        self,
        in_channels: int = 19,
        channels: Sequence[int] = (64, 128, 256, 512),
        upsample: bool = False,
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        layers: list[nn.Module] = []
        for out_channels in channels:
            layers.append(nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            in_channels = out_channels
        layers.append(nn.Conv2d(in_channels, 1, 4, stride=2, padding=1))
        self.layers = nn.Sequential(*layers)
        self.upsample = upsample
        self.min_size = 2 ** (len(channels) + 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the logit map, as a list of one."""
        check_input_size(self, x)
        logits = self.layers(x)
        if self.upsample:
            logits = F.interpolate(
                logits, x.shape[2:], mode="bilinear", align_corners=True
            )
        return [logits]
