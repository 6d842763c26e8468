"""A feature pyramid that ends with its finest map, as segmentation heads read them."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class TopDownNeck(BaseModule):
    r"""What deep features say, added to finer ones on the way up.

    .. math:: y_i = \mathrm{conv}_{3 \times 3}(t_i), \quad
        t_i = \mathrm{conv}_{1 \times 1}(x_i) + \mathrm{up}(t_{i+1})

    "Feature Pyramid Networks for Object Detection" (Lin et al.), Sec. 3. Other than in
    mmseg's ``FPN`` the maps come in the order of a DeepLab's, the one that everything
    ends in last, and only those that are asked for are computed, so that every weight
    is used.

    Args:
        in_channels: Channels of the backbone's maps, from fine to coarse.
        out_channels: Channels of every output.
        num_outs: How many of the finest maps are given, 1 to ``len(in_channels)``.
        init_cfg: Initial weights; by default Xavier's uniform distribution.

    Shape:
        - Input: maps (N, C_i, h_i, w_i) from fine to coarse.
        - Output: tuple of ``num_outs`` maps (N, out_channels, h_i, w_i), the finest
          last.

    Raises:
        ValueError: If ``num_outs`` is out of range.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        num_outs: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(
            init_cfg or dict(type="Xavier", layer="Conv2d", distribution="uniform")
        )
        if not 1 <= num_outs <= len(in_channels):
            raise ValueError(
                f"num_outs must be 1 to {len(in_channels)}, the number of in_channels, "
                f"got {num_outs}"
            )
        self.laterals = nn.ModuleList(
            nn.Conv2d(channels, out_channels, 1) for channels in in_channels
        )
        self.outputs = nn.ModuleList(
            nn.Conv2d(out_channels, out_channels, 3, padding=1) for _ in range(num_outs)
        )

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return the finest ``num_outs`` maps, the finest last."""
        maps = [conv(x) for conv, x in zip(self.laterals, feats, strict=True)]
        for fine in range(len(maps) - 2, -1, -1):
            size = maps[fine].shape[2:]
            maps[fine] = maps[fine] + F.interpolate(
                maps[fine + 1], size, mode="bilinear", align_corners=False
            )
        outs = [conv(x) for conv, x in zip(self.outputs, maps, strict=False)]
        return tuple(reversed(outs))
