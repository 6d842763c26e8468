"""The small network of ``--toy``, see :mod:`mmseg_uda.engine.toy`."""

import copy

from mmengine.config import Config, ConfigDict

from .from_scratch import start_from_scratch
from .toy_backbone import follow_backbone
from .toy_rules import PRETRAINED, RANDOM, ToyRules
from .walk import dicts_in

BASE_CHANNELS = 8
_NARROWEST = 8  # a head that is narrower stays as it is
_DISCRIMINATOR_WIDTH = 4
_TRANSLATOR_BLOCKS = 2
# maps whose heads see features unless the config says otherwise
_OF_FEATURES = ("RegionConsistencyMap", "ImageConsistencyMap")
_MULTI_SCALE = {"num_scales": 2, "num_blocks": 1}
_LITE0 = {
    "type": "EfficientNetLite0",
    "out_indices": (1, 2, 3, 4),
    "init_cfg": {"type": "Pretrained", "checkpoint": "package://efficientnet-lite0"},
}
_LITE0_INPUT = {"mean": [127.0] * 3, "std": [128.0] * 3, "bgr_to_rgb": True}
_NECK = {
    "type": "TopDownNeck",
    "in_channels": [24, 40, 112, 320],
    "out_channels": 64,
}
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
            _shrink_discriminator(node)
    start_from_scratch(segmentor)
    backbone = segmentor.get("backbone") or {}
    wanted = _own_segmentor(own)
    shrink = _SHRINK.get(str(backbone.get("type")).rpartition(".")[2])
    if shrink is None or wanted.get("backbone"):
        return _keep_network(cfg, segmentor, wanted, rules.crop)
    if rules is PRETRAINED:
        return _take_pretrained(cfg, segmentor)
    divisor, changed = shrink(backbone)
    for key in ("decode_head", "auxiliary_head"):
        for head in dicts_in(segmentor.get(key)):
            _shrink_head(head, divisor)
    for head in _seeing_features(cfg.model):
        head["in_channels"] //= divisor
    return f"{changed}, from scratch; narrow heads"


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
    for head in _seeing_features(cfg.model):
        head["in_channels"] = channels.get(head["in_channels"], head["in_channels"])
    return "the config's own small backbone, from scratch; heads as it needs them"


def _take_pretrained(cfg: Config, segmentor: ConfigDict) -> str:
    """Put the small pretrained network in the place of a ResNet."""
    levels = segmentor.backbone.get("out_indices", (0, 1, 2, 3))
    segmentor["backbone"] = ConfigDict(copy.deepcopy(_LITE0))
    for key in ("decode_head", "auxiliary_head"):
        for head in dicts_in(segmentor.get(key)):
            _narrow_head(head, PRETRAINED.head_width)
            if not segmentor.get("neck"):
                _set_channels(head, _NECK["out_channels"])
    if segmentor.get("neck"):
        segmentor.backbone.out_indices = tuple(level + 1 for level in levels)
        follow_backbone(segmentor, {}, PRETRAINED.crop)
    else:
        segmentor["neck"] = ConfigDict(copy.deepcopy(_NECK), num_outs=len(levels))
        for head in _seeing_features(cfg.model):
            head["in_channels"] = _NECK["out_channels"]
    cfg.model.data_preprocessor.update(_LITE0_INPUT)
    return "EfficientNet-Lite0 with ImageNet weights, features at 1/4; narrow heads"


def _set_channels(head: dict, channels: int) -> None:
    given = head.get("in_channels")
    if given is not None:
        many = isinstance(given, list | tuple)
        head["in_channels"] = [channels] * len(given) if many else channels
    if "c1_in_channels" in head:
        head["c1_in_channels"] = channels


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


def _seeing_features(model: dict) -> list[dict]:
    """The heads that see features of the backbone rather than probabilities."""
    names: set[str] = set()
    for node in dicts_in([model.get("objectives"), model.get("maps")]):
        default = "feature" if node.get("type") in _OF_FEATURES else None
        if node.get("sees", default) == "feature":
            names.update(filter(None, [node.get("head")]))
            names.update((node.get("discriminators") or {}).values())
    heads = model.get("heads") or {}
    return [head for name, head in heads.items() if name in names and head is not None]


def _shrink_head(head: dict, divisor: int) -> None:
    if "in_channels" in head:
        given = head["in_channels"]
        head["in_channels"] = (
            [channels // divisor for channels in given]
            if isinstance(given, list | tuple)
            else given // divisor
        )
    if "c1_in_channels" in head:
        head["c1_in_channels"] //= divisor
    _narrow_head(head, RANDOM.head_width)


def _narrow_head(head: dict, divisor: int) -> None:
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


def _shrink_discriminator(node: dict) -> None:
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
