"""The multi-scale discriminator of MRNet."""

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .input_size import check_channels, check_input_size


def _conv(in_channels: int, out_channels: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
    ]


class _ResidualBlock(nn.Module):
    """``x + conv(lrelu(conv(x)))``, 3x3 kernels."""

    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            *_conv(channels, channels, 1),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


@MODELS.register_module()
class MultiScaleDiscriminator(BaseModule):
    """The same small discriminator at several scales of its input, own weights each.

    The discriminator of MRNet. Per scale: 3x3 convolutions of stride 2, 1, 2, 1, 2 to
    ``c, c, c, c, 2c`` channels with LeakyReLU(0.2), residual blocks of ``2c``
    channels, and a 1x1 convolution to one channel. No norm; weights start from
    N(0, 0.02), biases from 0. Between scales the input is averaged over 3x3 windows of
    stride 2 that don't count the padding. Output is meant for least squares (LSGAN).

    Args:
        in_channels: Channels of the map it judges; K for class probabilities.
        channels: Channels ``c`` of the first layers.
        num_scales: Number of scales, each half the size of the one before.
        num_blocks: Residual blocks per scale.
        init_cfg: Initial weights in mmengine's form; ``None`` keeps the above.

    Shape:
        - Input: (N, C, H, W) with H, W >= ``8 * 2 ** (num_scales - 1)``, the stride
          of the coarsest scale; below, it would see little but padding.
        - Output: one logit map per scale, finest first, each (N, 1, h, w) with h, w
          an eighth of the scale's input size, rounded up; gradient flows to the input
          and to the parameters.

    Raises:
        ValueError: In ``forward``, if the input is smaller than that, or has other
            channels.
    """

    def __init__(
        self,
        in_channels: int = 19,
        channels: int = 32,
        num_scales: int = 3,
        num_blocks: int = 4,
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.scales = nn.ModuleList(
            nn.Sequential(
                *_conv(in_channels, channels, 2),
                *_conv(channels, channels, 1),
                *_conv(channels, channels, 2),
                *_conv(channels, channels, 1),
                *_conv(channels, 2 * channels, 2),
                *(_ResidualBlock(2 * channels) for _ in range(num_blocks)),
                nn.Conv2d(2 * channels, 1, 1),
            )
            for _ in range(num_scales)
        )
        self.min_size = 8 * 2 ** (num_scales - 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return one logit map per scale, finest first."""
        check_channels(self, x)
        check_input_size(self, x)
        outputs = []
        for i, scale in enumerate(self.scales):
            if i > 0:
                x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(scale(x))
        return outputs
