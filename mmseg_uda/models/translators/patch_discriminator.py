"""The 70x70 PatchGAN discriminator of pix2pix and CycleGAN."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from ..heads.input_size import check_input_size
from .initial_weights import init_cyclegan


@MODELS.register_module()
class PatchDiscriminator(BaseModule):
    """Judges overlapping patches of an image, 70x70 pixels with four widths.

    4x4 convolutions with padding 1: stride 2 for all of ``channels`` but the last, then
    two of stride 1, the latter with one channel. LeakyReLU of slope 0.2 and, but for
    the first, instance norm without scale and shift before it; a convolution before a
    norm has no bias. ("Image-to-Image
    Translation with Conditional Adversarial Networks", Isola et al., appendix: C64-
    C128-C256-C512.)

    Args:
        in_channels: Channels of the images.
        channels: Channels after each convolution but the last, which has one.
        init_cfg: See mmengine's ``BaseModule``; None draws from N(0, 0.02).

    Shape:
        - Input: (N, C, H, W) in [-1, 1].
        - Output: a list of one tensor (N, 1, h, w) with h = H // 8 - 2 for the default
          widths, w likewise: raw outputs without sigmoid, differentiable.

    Raises:
        ValueError: If there are fewer than two widths or, in ``forward``, if nothing
            would be left of an image that small.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: Sequence[int] = (64, 128, 256, 512),
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if len(channels) < 2:
            raise ValueError(
                f"channels must name at least two widths, got {tuple(channels)}"
            )
        layers: list[nn.Module] = []
        for index, width in enumerate(channels):
            stride = 1 if index == len(channels) - 1 else 2
            layers.append(
                nn.Conv2d(in_channels, width, 4, stride, padding=1, bias=not index)
            )
            if index:
                layers.append(nn.InstanceNorm2d(width))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            in_channels = width
        layers.append(nn.Conv2d(in_channels, 1, 4, stride=1, padding=1))
        self.layers = nn.Sequential(*layers)
        self.min_size = 3 * 2 ** (len(channels) - 1)
        init_cyclegan(self)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the map of judgements, as a list of one."""
        check_input_size(self, images)
        return [self.layers(images)]
