"""A discriminator that judges each location on its own."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .input_size import check_channels


@MODELS.register_module()
class PointDiscriminator(BaseModule):
    """Fully connected layers on the channels of each location: 1x1 convolutions.

    The patch-level discriminator of "Domain Adaptation for Structured Output via
    Discriminative Patch Representations" (Tsai et al.): three layers of 256, 512 and 1
    channels with LeakyReLU of slope 0.2 between (from memory of the paper, not
    checked). PyTorch's default initial weights.

    Args:
        in_channels: Channels of the map it judges; R for probabilities of regions.
        channels: Channels after each layer but the last, which has one.
        init_cfg: Initial weights in mmengine's form; ``None`` keeps the default.

    Shape:
        - Input: (N, C, I, J).
        - Output: a list of one tensor (N, 1, I, J), logits; gradient flows to the input
          and to the parameters.

    Raises:
        ValueError: In ``forward``, if the input has other channels.
    """

    def __init__(
        self,
        in_channels: int = 50,
        channels: Sequence[int] = (256, 512),
        init_cfg: dict | None = None,
    ):
        super().__init__(init_cfg)
        self.in_channels = in_channels
        layers: list[nn.Module] = []
        for out_channels in channels:
            layers.append(nn.Conv2d(in_channels, out_channels, 1))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            in_channels = out_channels
        layers.append(nn.Conv2d(in_channels, 1, 1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the logit map, as a list of one."""
        check_channels(self, x)
        return [self.layers(x)]
