"""The fully convolutional discriminator of AdaptSegNet."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .input_size import check_channels, check_input_size


@MODELS.register_module()
class PixelDiscriminator(BaseModule):
    """Five 4x4 convolutions of stride 2 that judge patches of a map.

    The discriminator of AdaptSegNet, ADVENT and CLAN: LeakyReLU of slope 0.2 after all
    but the last convolution, no norm, biases everywhere, PyTorch's default initial
    weights, and a logit map (no sigmoid) at 1/32 of the input size, rounded down.

    With ``padding=2`` and ``grid=(3, 3)`` it is MLAN's C_image on features, whose
    output is 3x3 (Sec. 3.3, 4.2). The paper says neither the padding nor how that size
    comes about. Padding 2 (our choice) gives 3x3 for the 65x65 features of a crop of
    512x512, and 3x5, then averaged to the grid, for the 65x129 of whole target images.

    Args:
        in_channels: Channels of the map it judges; K for class probabilities.
        channels: Channels after each convolution but the last, which has one.
        padding: Pixels around the input of each convolution, 1 or 2.
        grid: (rows, columns) that the logit map is averaged to, or None to leave it.
        upsample: Bring the logit map to the input's size, bilinear with aligned corners
            (CLAN, which weights it per pixel).
        init_cfg: Initial weights in mmengine's form; ``None`` keeps the default.

    Shape:
        - Input: (N, C, H, W) with H, W >= 32, or any with padding 2.
        - Output: a list of one tensor (N, 1, H // 32, W // 32), or of the ``grid``'s
          size, or (N, 1, H, W) with ``upsample``, logits; gradient flows to the input
          and to the parameters.

    Raises:
        ValueError: If ``padding`` or ``grid`` is something else, or both ``grid`` and
            ``upsample`` are given; in ``forward``, if the input has other channels, or
            is smaller than 32x32 pixels.
    """

    def __init__(
        self,
        in_channels: int = 19,
        channels: Sequence[int] = (64, 128, 256, 512),
        padding: int = 1,
        grid: Sequence[int] | None = None,
        upsample: bool = False,
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        self.in_channels = in_channels
        if padding not in (1, 2):
            raise ValueError(f"padding must be 1 or 2, got {padding}")
        if grid is not None and upsample:
            raise ValueError(
                f"grid={grid} and upsample=True are two sizes for one output: "
                "give one of them"
            )
        self.grid = None if grid is None else check_grid(grid)
        layers: list[nn.Module] = []
        for out_channels in channels:
            layers.append(_convolution(in_channels, out_channels, padding))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            in_channels = out_channels
        layers.append(_convolution(in_channels, 1, padding))
        self.layers = nn.Sequential(*layers)
        self.upsample = upsample
        self.min_size = 2 ** (len(channels) + 1) if padding == 1 else 1

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the logit map, as a list of one."""
        check_channels(self, x)
        check_input_size(self, x)
        logits = self.layers(x)
        if self.grid is not None:
            logits = F.adaptive_avg_pool2d(logits, self.grid)
        if self.upsample:
            logits = F.interpolate(
                logits, x.shape[2:], mode="bilinear", align_corners=True
            )
        return [logits]


def check_grid(grid: Sequence[int]) -> tuple[int, int]:
    """Return a grid as (rows, columns).

    Raises:
        ValueError: If it is none.
    """
    is_pair = isinstance(grid, list | tuple) and len(grid) == 2
    if not is_pair or not all(type(n) is int and n >= 1 for n in grid):
        raise ValueError(f"grid must be (rows, columns), such as (3, 3), got {grid!r}")
    return tuple(grid)


def _convolution(in_channels: int, out_channels: int, padding: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=padding)
