"""The image-to-image generator of CycleGAN."""

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .initial_weights import init_cyclegan

_SHRINK = 4  # two convolutions of stride 2


@MODELS.register_module()
class ResNetGenerator(BaseModule):
    """Down-samples twice, goes through residual blocks, and up-samples twice.

    "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks"
    (Zhu et al.), the generator for images of 256 pixels and more: a 7x7 convolution,
    two 3x3 of stride 2, residual blocks of two 3x3, two transposed 3x3 of stride 2, a
    7x7 convolution and tanh. Instance norm without scale and shift and ReLU after all
    but the last; reflection padding but in the strided layers. Convolutions before a
    norm have no bias, as the norm would take it out again.

    Instance norm is the same in training and evaluation, so an image is translated as
    it was in training; its statistics are those of the whole image given, though, and
    those of a crop differ.

    Args:
        channels: Channels of the first convolution; 4 times as many in the blocks.
        num_blocks: Number of residual blocks, 9 in the paper at 256 pixels.
        init_cfg: See mmengine's ``BaseModule``; None draws from N(0, 0.02).

    Shape:
        - Input: (N, 3, H, W) in [-1, 1]. A side that is no multiple of 4 is padded by
          reflection, and the output cut.
        - Output: (N, 3, H, W) in (-1, 1), differentiable in input and parameters.

    Raises:
        ValueError: If ``channels`` or ``num_blocks`` is below 1 or, in ``forward``, a
            side of the image is below 8 pixels.
    """

    min_size = 8  # reflection needs a pixel more than it pads

    def __init__(
        self, channels: int = 64, num_blocks: int = 9, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        if channels < 1 or num_blocks < 1:
            raise ValueError(
                "channels and num_blocks must be >= 1, got "
                f"channels={channels}, num_blocks={num_blocks}"
            )
        wide = channels * _SHRINK
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(3),
            *_normed(nn.Conv2d(3, channels, 7, bias=False)),
            *_normed(_halving(channels, 2 * channels)),
            *_normed(_halving(2 * channels, wide)),
            *(_Residual(wide) for _ in range(num_blocks)),
            *_normed(_doubling(wide, 2 * channels)),
            *_normed(_doubling(2 * channels, channels)),
            nn.ReflectionPad2d(3),
            nn.Conv2d(channels, 3, 7),
            nn.Tanh(),
        )
        init_cyclegan(self)

    def forward(self, images: Tensor) -> Tensor:
        """Translate images."""
        height, width = images.shape[2:]
        if min(height, width) < self.min_size:
            raise ValueError(
                f"images to translate must be at least {self.min_size} pixels a side, "
                f"got {height}x{width} (height x width)"
            )
        right, below = -width % _SHRINK, -height % _SHRINK
        if right or below:
            images = F.pad(images, (0, right, 0, below), mode="reflect")
        return self.layers(images)[:, :, :height, :width]


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            *_normed(nn.Conv2d(channels, channels, 3, bias=False)),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def _halving(in_channels: int, out_channels: int) -> nn.Conv2d:
    """Return a convolution whose output is half as high and wide."""
    return nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1, bias=False)


def _doubling(in_channels: int, out_channels: int) -> nn.ConvTranspose2d:
    """Return a transposed convolution whose output is twice as high and wide."""
    return nn.ConvTranspose2d(
        in_channels,
        out_channels,
        3,
        stride=2,
        padding=1,
        output_padding=1,
        bias=False,
    )


def _normed(convolution: nn.Module) -> tuple[nn.Module, ...]:
    channels = convolution.out_channels
    return convolution, nn.InstanceNorm2d(channels), nn.ReLU(inplace=True)
