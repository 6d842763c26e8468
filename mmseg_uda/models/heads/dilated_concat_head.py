"""The head of MRNet and RPLUE: dilated branches, concatenated, GN and SE."""

from collections.abc import Sequence
from typing import Any

import torch
from mmcv.cnn import build_norm_layer
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn

_LOSS = dict(type="CrossEntropyLoss", avg_non_ignore=True)


class _SqueezeExcitation(nn.Module):
    """Channel gates from globally pooled features; keys ``se.0`` and ``se.2``."""

    def __init__(self, channels: int, ratio: int):
        super().__init__()
        self.se = nn.Sequential(
            nn.Linear(channels, channels // ratio),
            nn.ReLU(inplace=True),
            nn.Linear(channels // ratio, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        gates = self.se(x.mean(dim=(2, 3)))
        return x * gates[:, :, None, None]


@MODELS.register_module()
class DilatedConcatHead(BaseDecodeHead):
    r"""Concatenated dilated branches, a bottleneck and a linear classifier.

    .. math::
        a = [\,\mathrm{ReLU}(\mathrm{norm}(\mathrm{conv}_i(x)))\,]_{i=0}^{4},\quad
        z = W\,\mathrm{dropout}(\mathrm{norm}(\mathrm{conv}_{3 \times 3}(s(a) a)))

    The "ASPP module and one fully-connected layer" of the MRNet, RPLUE and LCDA
    papers, as MRNet's code has it: a 1x1 branch and one dilated 3x3 branch per entry
    of ``dilations``, each with norm and ReLU; optional squeeze-and-excitation gates
    ``s``; a 3x3 bottleneck with norm and *no* ReLU; ``Dropout2d``; a 1x1 classifier
    without bias. In that code the main head sees layer4 and layer3 concatenated, in
    this order: ``input_transform='resize_concat', in_index=[1, 0]`` on the outputs
    ``(layer3, layer4)``. Sub-modules are named as in its checkpoints.

    Initial weights: branches and gates keep PyTorch's default, the bottleneck is
    Kaiming-normal (fan-in) with zero bias, the classifier N(0, ``classifier_std``).

    Args:
        in_channels: Channels of the input; a sequence with ``resize_concat``.
        num_classes: Number of classes K.
        channels: Channels of each branch.
        bottleneck_channels: Channels of the bottleneck.
        dilations: Dilation (and padding) of the 3x3 branches, feature map pixels.
        norm_cfg: Norm of branches and bottleneck, e.g. ``dict(type='GN',
            num_groups=32)`` (the published commands), ``dict(type='BN')`` or
            ``dict(type='IN', affine=True)``.
        use_se: Whether to gate the concatenated channels (the published commands do).
        se_ratio: Reduction of the hidden layer of the gates.
        dropout_ratio: Share of bottleneck channels dropped in training, in [0, 1);
            0.1 in MRNet, 0.2 in RPLUE's published command.
        classifier_std: Standard deviation of the classifier's initial weights; 0.001 in
            that code. So small a start takes SGD at ten times the trunk's rate, as
            there: an optimizer that normalises its steps (AdamW) is long in leaving it.
        align_corners: Of every resize of the logits; the field's nets use ``True``.
        **kwargs: Arguments of mmseg's ``BaseDecodeHead``, such as ``in_index``. Its
            ``loss_decode`` averages over labelled pixels unless given.

    Shape:
        - Input: tuple of feature maps, (N, C, h, w) at ``in_index``.
        - Output: (N, K, h, w) logits; gradient flows to features and parameters.

    Raises:
        ValueError: If ``se_ratio`` leaves the gates no hidden channel, or
            ``classifier_std`` is not positive.
    """

    def __init__(
        self,
        in_channels: int | Sequence[int],
        num_classes: int,
        channels: int = 256,
        bottleneck_channels: int = 512,
        dilations: Sequence[int] = (6, 12, 18, 24),
        norm_cfg: dict | None = None,
        use_se: bool = True,
        se_ratio: int = 16,
        dropout_ratio: float = 0.1,
        classifier_std: float = 0.001,
        align_corners: bool = True,
        **kwargs: Any,
    ):
        super().__init__(
            in_channels,
            channels,
            num_classes=num_classes,
            dropout_ratio=dropout_ratio,
            norm_cfg=norm_cfg or dict(type="GN", num_groups=32),
            align_corners=align_corners,
            **{"init_cfg": None, "loss_decode": _LOSS, **kwargs},
        )
        # The base class' classifier would be a parameter that never gets a gradient,
        # and its dropout would be a second one.
        self.conv_seg = None
        self.dropout = None
        self.conv2d_list = nn.ModuleList(
            [self._branch(1, 0, 1), *(self._branch(3, d, d) for d in dilations)]
        )
        if not classifier_std > 0:
            raise ValueError(f"classifier_std must be positive, got {classifier_std}")
        concatenated = channels * len(self.conv2d_list)
        gates = []
        if use_se:
            if concatenated < se_ratio:
                raise ValueError(
                    f"se_ratio={se_ratio} leaves no hidden channel for {concatenated} "
                    "channels (use a smaller se_ratio, more channels or use_se=False)"
                )
            gates.append(_SqueezeExcitation(concatenated, se_ratio))
        conv = nn.Conv2d(concatenated, bottleneck_channels, 3, padding=1)
        norm = build_norm_layer(self.norm_cfg, bottleneck_channels)[1]
        self.bottleneck = nn.Sequential(*gates, conv, norm)
        classifier = nn.Conv2d(bottleneck_channels, self.out_channels, 1, bias=False)
        self.head = nn.Sequential(nn.Dropout2d(dropout_ratio), classifier)
        nn.init.kaiming_normal_(conv.weight)
        nn.init.zeros_(conv.bias)
        nn.init.normal_(classifier.weight, std=classifier_std)

    def _branch(self, kernel: int, padding: int, dilation: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(
                self.in_channels,
                self.channels,
                kernel,
                padding=padding,
                dilation=dilation,
            ),
            build_norm_layer(self.norm_cfg, self.channels)[1],
            nn.ReLU(inplace=True),
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the logits of the features, (N, K, h, w)."""
        feats = self._transform_inputs(inputs)
        branches = torch.cat([branch(feats) for branch in self.conv2d_list], dim=1)
        return self.head(self.bottleneck(branches))
