"""The VGG-16 of DeepLab-v2, as the adaptation literature uses it."""

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from .pretrained_trunk import PretrainedTrunk

# convolutions of each block and their channels, in multiples of the first one's
_BLOCKS = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))
_POOLED = 3  # blocks that a pooling follows
_FC = 16  # channels of fc6 and fc7, in multiples
# torchvision counts the pooling before the last block, which is not there
_TORCHVISION = {24: 23, 26: 25, 28: 27}
_PIXEL_STD = 58.0  # about that of natural images in 0..255


@MODELS.register_module()
class DilatedVGG(PretrainedTrunk, BaseModule):
    """Dilated VGG-16 of output stride 8.

    The backbone of the literature's VGG rows (AdaptSegNet's ``DeeplabVGG``; ADVENT's
    and CLAN's are of the same family): torchvision's VGG-16 without its fourth and
    fifth pooling, the last three convolutions with dilation 2, then fc6 and fc7 as 3x3
    convolutions with dilation 4. There are no norm layers. It gives one feature map,
    for a :class:`DilatedSumHead` on 1024 channels, of which AdaptSegNet's code runs two
    branches, ``dilations=(6, 12)``. All parameters learn at one rate there.

    Weights are named as in the published checkpoints, ``features.{i}``.

    The ``Pretrained`` entry of ``init_cfg`` takes a classifier, whose ``classifier.*``
    is dropped and whose last three convolutions are renumbered, or a trained trunk,
    which must fit completely. Having no norm layers, the file does not tell which
    images it was trained on; say ``convention='torchvision'`` (RGB, normalised) or
    ``'caffe'`` (BGR in 0..255 minus the mean), see :func:`read_pretrained`.

    Without pretrained weights, and in fc6 and fc7 with a classifier's, weights start
    from Kaiming's normal distribution, and the first convolution's are divided by the
    standard deviation of pixels in 0..255 (our choice).

    Args:
        base_channels: Channels of the first convolution; the last has 16 times more.
        init_cfg: See above.

    Shape:
        - Input: (N, 3, H, W), images.
        - Output: tuple of one (N, 16 * base_channels, H // 8, W // 8), >= 0.

    Raises:
        ValueError: If ``base_channels`` is not positive, or (from ``init_weights``) if
            pretrained weights don't fit or can't be fetched.
    """

    def __init__(
        self, base_channels: int = 64, init_cfg: dict | list[dict] | None = None
    ) -> None:
        super().__init__(init_cfg)
        if base_channels < 1:
            raise ValueError(f"base_channels must be at least 1, got {base_channels}")
        layers: list[nn.Module] = []
        inputs = 3
        for index, (convs, width) in enumerate(_BLOCKS):
            dilation = 1 if index <= _POOLED else 2
            for _ in range(convs):
                layers += _conv(inputs, width * base_channels, dilation)
                inputs = width * base_channels
            if index < _POOLED:
                layers.append(nn.MaxPool2d(2))
        for _ in ("fc6", "fc7"):
            layers += _conv(inputs, _FC * base_channels, dilation=4)
            inputs = _FC * base_channels
        self.features = nn.Sequential(*layers)
        self._start()

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Return the features of fc7, as a tuple of one."""
        return (self.features(images),)

    def in_own_names(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Take a classifier's weights, or those of a trained trunk.

        Args:
            weights: Weights by name, without ``classifier.*``.
        """
        if f"features.{max(_TORCHVISION)}.weight" not in weights:
            return weights
        for before, now in _TORCHVISION.items():
            for part in ("weight", "bias"):
                if f"features.{before}.{part}" in weights:
                    moved = weights.pop(f"features.{before}.{part}")
                    weights[f"features.{now}.{part}"] = moved
        own = self.state_dict()
        last = sorted(int(name.split(".")[1]) for name in own)[-4:]  # fc6 and fc7
        fresh = {n: w for n, w in own.items() if int(n.split(".")[1]) in last}
        return {**fresh, **weights}

    def _start(self) -> None:
        for module in self.features:
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(
                    module.weight, mode="fan_in", nonlinearity="relu"
                )
                nn.init.zeros_(module.bias)
        self.features[0].weight.data.div_(_PIXEL_STD)


def _conv(inputs: int, outputs: int, dilation: int) -> list[nn.Module]:
    """Return a 3x3 convolution that keeps the size, and its ReLU."""
    conv = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
    return [conv, nn.ReLU(inplace=True)]
