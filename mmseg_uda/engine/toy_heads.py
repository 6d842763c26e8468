"""The heads of ``--toy``, see :mod:`mmseg_uda.engine.toy`."""

from collections.abc import Mapping
from typing import Any

from .toy_rules import HeadRules
from .walk import dicts_in

_NARROWEST = 8  # a head that is narrower stays as it is
_DISCRIMINATOR_WIDTH = 4
_TRANSLATOR_BLOCKS = 2
# maps whose heads see features unless the config says otherwise
_OF_FEATURES = ("RegionConsistencyMap", "ImageConsistencyMap")
_DILATIONS = (6, 12, 18, 24)  # of heads whose configs name none
_MULTI_SCALE = {"num_scales": 2, "num_blocks": 1}


def segmentation_heads(segmentor: Mapping[str, Any]) -> list[dict]:
    """Return the dicts in the configs of a segmentor's heads."""
    keys = ("decode_head", "auxiliary_head")
    return [node for key in keys for node in dicts_in(segmentor.get(key))]


def seeing_features(model: Mapping[str, Any]) -> list[dict]:
    """Return the heads that see features of the backbone rather than probabilities."""
    names: set[str] = set()
    for node in dicts_in([model.get("objectives"), model.get("maps")]):
        default = "feature" if node.get("type") in _OF_FEATURES else None
        if node.get("sees", default) == "feature":
            names.update(filter(None, [node.get("head")]))
            names.update((node.get("discriminators") or {}).values())
    heads = model.get("heads") or {}
    return [head for name, head in heads.items() if name in names and head is not None]


def shrink_head(head: dict, divisor: int, width: int) -> None:
    """Make a head fit fewer channels, in place.

    Args:
        head: Config of the head.
        divisor: By how much fewer channels come in.
        width: Divisor of its own widths.
    """
    if "in_channels" in head:
        given = head["in_channels"]
        head["in_channels"] = (
            [channels // divisor for channels in given]
            if isinstance(given, list | tuple)
            else given // divisor
        )
    if "c1_in_channels" in head:
        head["c1_in_channels"] //= divisor
    narrow_head(head, width)


def narrow_head(head: dict, divisor: int) -> None:
    """Divide the widths of a segmentation head's own layers, in place."""
    # named in the config or not, these are what the heads of this package default to
    defaults = {"channels": 256, "bottleneck_channels": 512}
    concat = head.get("type") == "DilatedConcatHead"
    for key, default in defaults.items():
        if key in head or concat:
            width = head.get(key, default)
            head[key] = max(min(width, _NARROWEST), width // divisor)
    norm = head.get("norm_cfg") or (dict(type="GN", num_groups=32) if concat else {})
    if norm.get("type") == "GN":
        head["norm_cfg"] = {**norm, "num_groups": max(1, norm["num_groups"] // 4)}


def change_head(head: dict, rules: HeadRules) -> str:
    """Put a segmentation head under the rules of its type, in place.

    Returns:
        What was changed.
    """
    given = head.get("dilations", _DILATIONS)
    head["dilations"] = tuple(max(1, round(each * rules.dilation)) for each in given)
    head["classifier_std"] = rules.classifier_std
    return (
        f"{head['type']}: dilations x {rules.dilation:g}, classifier from "
        f"N(0, {rules.classifier_std:g})"
    )


def shrink_discriminator(node: dict) -> None:
    """Make a discriminator, region head or image translator small, in place."""
    defaults = {
        "PixelDiscriminator": (64, 128, 256, 512),
        "MultiScaleDiscriminator": 32,
        "PointDiscriminator": (256, 512),
        "RegionHead": 256,
        "PatchDiscriminator": (64, 128, 256, 512),
        "ResNetGenerator": 64,
    }
    channels = node.get("channels", defaults.get(node["type"]))
    if isinstance(channels, list | tuple):
        node["channels"] = tuple(c // _DISCRIMINATOR_WIDTH for c in channels)
    elif channels is not None:
        node["channels"] = channels // _DISCRIMINATOR_WIDTH
    if node["type"] == "MultiScaleDiscriminator":
        node.update(_MULTI_SCALE)
    if node["type"] == "ResNetGenerator":
        node["num_blocks"] = _TRANSLATOR_BLOCKS
