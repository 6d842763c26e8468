"""The small network of ``--toy``, see :mod:`mmseg_uda.engine.toy`."""

import copy

from mmengine.config import Config, ConfigDict

from .from_scratch import start_from_scratch
from .toy_backbone import follow_backbone
from .toy_heads import (
    change_head,
    narrow_head,
    seeing_features,
    segmentation_heads,
    shrink_discriminator,
    shrink_head,
)
from .toy_pretrained import take_pretrained
from .toy_rules import PRETRAINED, ToyRules
from .walk import dicts_in

BASE_CHANNELS = 8
_TRIED_AT = (64, 128)  # any size tells which channels come out of a backbone
# ResNet depth -> channels after a stage per channel of its first convolution
_EXPANSION = {18: 1, 34: 1, 50: 4, 101: 4, 152: 4}


def shrink_network(cfg: Config, own: dict, rules: ToyRules) -> str:
    """Make backbone, segmentation heads and discriminators small, in place.

    A backbone of another kind is taken as it is, but for what the config says itself;
    the heads behind it get as many input channels as come out of it.

    Args:
        cfg: Config of a training stage.
        own: What the config says itself about its toy version.
        rules: The rules of the network.

    Returns:
        What was changed.

    Raises:
        ValueError: If it cannot be found out which channels come out of a backbone.
    """
    segmentor = cfg.model.get("segmentor") or cfg.model
    for node in dicts_in(cfg.model.get("heads")):
        if "type" in node:
            shrink_discriminator(node)
    start_from_scratch(segmentor)
    backbone = segmentor.get("backbone") or {}
    wanted = _own_segmentor(own)
    shrink = _SHRINK.get(str(backbone.get("type")).rpartition(".")[2])
    if shrink is None or wanted.get("backbone"):
        return _keep_network(cfg, segmentor, wanted, _TRIED_AT)
    if rules is PRETRAINED:
        return _take_pretrained(cfg, segmentor, rules)
    divisor, changed = shrink(backbone)
    for head in segmentation_heads(segmentor):
        shrink_head(head, divisor, rules.head_width)
    for head in seeing_features(cfg.model):
        head["in_channels"] //= divisor
    return f"{changed}, from scratch; narrow heads"


def _take_pretrained(cfg: Config, segmentor: ConfigDict, rules: ToyRules) -> str:
    """Make heads small as the rules say, and put the pretrained trunk before them."""
    changed = []
    for head in segmentation_heads(segmentor):
        narrow_head(head, rules.head_width)
        if own := rules.heads.get(str(head.get("type"))):
            changed.append(change_head(head, own))
    told = take_pretrained(cfg, segmentor, _TRIED_AT)
    return "; ".join([told, *dict.fromkeys(changed)])


def _own_segmentor(own: dict) -> dict:
    model = own.get("model") or {}
    return model.get("segmentor") or model


def _keep_network(
    cfg: Config, segmentor: ConfigDict, wanted: dict, size: tuple[int, int]
) -> str:
    """Take a backbone as the config has it, and let heads follow what it changes."""
    if not wanted.get("backbone"):
        return f"the backbone {segmentor.backbone.type} stays as it is, from scratch"
    changed = Config({"backbone": segmentor.backbone})
    changed.merge_from_dict({"backbone": copy.deepcopy(wanted["backbone"])})
    segmentor["backbone"] = changed.backbone
    channels = follow_backbone(segmentor, wanted, size)
    for head in seeing_features(cfg.model):
        head["in_channels"] = channels.get(head["in_channels"], head["in_channels"])
    return "the config's own small backbone, from scratch; heads as it needs them"


def _shrink_resnet(backbone: dict) -> tuple[int, str]:
    """Return by how much the channels have shrunk, and what the backbone is now."""
    depth = backbone.get("depth", 101)
    given = backbone.get("base_channels", 64) * _EXPANSION[depth]
    channels = min(BASE_CHANNELS, given)
    backbone.update(
        depth=18,
        base_channels=channels,
        stem_channels=channels,
        strides=(1,) * backbone.get("num_stages", 4),
        init_cfg=None,
        norm_cfg=dict(type="BN", requires_grad=True),
    )
    for option in ("pretrained", "dcn", "plugins"):  # the last two: of deeper ones
        backbone.pop(option, None)
    return given // channels, f"ResNet-18, {channels} channels wide, features at 1/4"


def _shrink_vgg(backbone: dict) -> tuple[int, str]:
    """Return by how much the channels have shrunk, and what the backbone is now."""
    given = backbone.get("base_channels", 64)
    channels = min(BASE_CHANNELS, given)
    backbone.update(base_channels=channels, init_cfg=None)
    return given // channels, f"VGG-16, {channels} channels wide, features at 1/8"


_SHRINK = {
    "DeepLabResNet": _shrink_resnet,
    "ResNet": _shrink_resnet,
    "ResNetV1c": _shrink_resnet,
    "ResNetV1d": _shrink_resnet,
    "DilatedVGG": _shrink_vgg,
}
