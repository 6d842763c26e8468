"""The DeepLab-v2 head: parallel dilated convolutions, summed."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.logging import print_log
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor

from mmseg_uda.layers import dilated_branches, sum_of_branches


@MODELS.register_module()
class DilatedSumHead(BaseDecodeHead):
    r"""Sum of parallel dilated 3x3 convolutions from features to class logits.

    .. math:: z = \sum_d \mathrm{conv}_{3 \times 3, d}(x)

    The DeepLab-v2 head as AdaptSegNet, ADVENT, CLAN, FDA and CRST use it: no norm, no
    activation, no dropout. Weights start from N(0, 0.01), biases from PyTorch's
    default. Sub-modules are named as in the published checkpoints
    (``conv2d_list.{i}``), which always hold four branches.

    Which branches are *run* differs between these code bases, and no name in a
    checkpoint tells: AdaptSegNet and MaxSquare run the first two only
    (``dilations=(6, 12)``), all others run four. A head of fewer branches therefore
    loads the first ones of a larger state dict, drops the rest, and logs that it did.
    :mod:`mmseg_uda.weights.published` sets branches to zero that were never run.

    Args:
        in_channels: Channels of the input; a sequence with ``resize_concat``.
        num_classes: Number of classes K.
        dilations: Dilation (and padding, in pixels of the feature map) per branch.
        align_corners: Of every resize of the logits; the field's nets use ``True``.
        **kwargs: Arguments of mmseg's ``BaseDecodeHead``, such as ``in_index``. Its
            ``loss_decode`` averages over labelled pixels unless given.

    Shape:
        - Input: tuple of feature maps, (N, C, h, w) at ``in_index``.
        - Output: (N, K, h, w) logits; gradient flows to features and parameters.

    Raises:
        ValueError: If ``dilations`` is empty or not positive.
    """

    def __init__(
        self,
        in_channels: int | Sequence[int],
        num_classes: int,
        dilations: Sequence[int] = (6, 12, 18, 24),
        align_corners: bool = True,
        **kwargs: Any,
    ):
        kwargs = {
            "dropout_ratio": 0,
            "init_cfg": None,
            "channels": 1,
            "loss_decode": dict(type="CrossEntropyLoss", avg_non_ignore=True),
            **kwargs,
        }
        super().__init__(
            in_channels, num_classes=num_classes, align_corners=align_corners, **kwargs
        )
        # The base class' classifier would be a parameter that never gets a gradient.
        self.conv_seg = None
        self.conv2d_list = dilated_branches(
            self.in_channels, self.out_channels, dilations
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Return the logits of the features, (N, K, h, w)."""
        feats = self._transform_inputs(inputs)
        if self.dropout is not None:
            feats = self.dropout(feats)
        return sum_of_branches(self.conv2d_list, feats)

    def _load_from_state_dict(
        self, state_dict: dict[str, torch.Tensor], prefix: str, *args: Any
    ) -> None:
        start = f"{prefix}conv2d_list."
        surplus = [
            key
            for key in state_dict
            if key.startswith(start)
            and key[len(start) :].split(".")[0].isdigit()
            and int(key[len(start) :].split(".")[0]) >= len(self.conv2d_list)
        ]
        for key in surplus:
            del state_dict[key]
        if surplus:
            print_log(
                f"{type(self).__name__} has {len(self.conv2d_list)} branches and drops "
                f"{sorted(surplus)}. That is right for AdaptSegNet's and MaxSquare's "
                "checkpoints, which never run them; others need all four dilations.",
                logger="current",
            )
        super()._load_from_state_dict(state_dict, prefix, *args)
