"""What the model of a config must be for a converted checkpoint."""

import math
from typing import Any

from .conversion import Conversion
from .families import FAMILIES
from .head import SUM, Head
from .layout import Layout

_RGB = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True
)


def wanted_model(conversion: Conversion) -> dict[str, Any]:
    """Return the entries of a config's ``model`` that a checkpoint decides.

    Args:
        conversion: A converted checkpoint of a network that exists here.
    """
    layout = conversion.layout
    segmentor: dict[str, Any] = dict(
        backbone=layout.trunk.config,
        decode_head=_head_config(layout, layout.main),
    )
    if layout.aux is not None:
        segmentor["auxiliary_head"] = _head_config(layout, layout.aux)
        weights = {FAMILIES[name].aux_weight for name in conversion.families}
        if len(weights) == 1:
            segmentor["aux_weight"] = weights.pop()
    wanted: dict[str, Any] = dict(segmentor=segmentor)
    if conversion.rgb:
        wanted["data_preprocessor"] = _RGB
    return wanted


def _head_config(layout: Layout, head: Head) -> dict[str, Any]:
    stages = layout.input_of(head)
    levels = [layout.trunk.level(stage) for stage in stages]
    widths, indices = ([level[i] for level in levels] for i in (0, 1))
    several = len(stages) > 1
    config: dict[str, Any] = dict(
        in_channels=widths if several else widths[0],
        in_index=indices if several else indices[0],
        num_classes=head.num_classes,
    )
    if head.kind == SUM:
        return config
    if not several:
        config["input_transform"] = None
    config |= dict(
        channels=head.channels,
        bottleneck_channels=head.bottleneck_channels,
        norm_cfg=_norm_config(head),
        use_se=head.se_channels > 0,
    )
    if head.se_channels:
        config["se_ratio"] = 5 * head.channels // head.se_channels
    return config


def _norm_config(head: Head) -> dict[str, Any]:
    if head.norm == "BN":
        return dict(type="BN")
    groups = math.gcd(32, head.channels, head.bottleneck_channels)
    return dict(type="GN", num_groups=groups)
