"""The pretrained network of ``--toy``, see :mod:`mmseg_uda.engine.toy`."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config, ConfigDict

from .toy_backbone import follow_backbone
from .toy_heads import seeing_features, segmentation_heads

_LITE0 = {
    "type": "EfficientNetLite0",
    "out_indices": (1, 2, 3, 4),
    "init_cfg": {"type": "Pretrained", "checkpoint": "package://efficientnet-lite0"},
}
_NECK = {
    "type": "TopDownNeck",
    "in_channels": [24, 40, 112, 320],
    "out_channels": 64,
}
#: What the weights were trained with.
_INPUT = {"mean": [127.0] * 3, "std": [128.0] * 3, "bgr_to_rgb": True}


def take_pretrained(cfg: Config, segmentor: ConfigDict, size: tuple[int, int]) -> str:
    """Put an EfficientNet-Lite0 with ImageNet weights in a ResNet's place.

    Heads get a feature pyramid's maps, as many as they got of the ResNet. A neck of the
    config's stays; it gets the maps of the same sizes.

    Args:
        cfg: Config of a training stage, changed in place.
        segmentor: The segmentor in it.
        size: Height and width of the images.

    Returns:
        What was changed.

    Raises:
        ValueError: If nothing normalises the images.
    """
    levels = segmentor.backbone.get("out_indices", (0, 1, 2, 3))
    segmentor["backbone"] = ConfigDict(copy.deepcopy(_LITE0))
    if segmentor.get("neck"):
        # the outputs of a ResNet are as large as ours from the second on
        segmentor.backbone.out_indices = tuple(level + 1 for level in levels)
        follow_backbone(segmentor, {}, size)
        behind = "the config's neck"
    else:
        _add_neck(cfg.model, segmentor, levels)
        behind = f"a feature pyramid of {_NECK['out_channels']} channels, at 1/4"
    _normalise(cfg, segmentor)
    return (
        f"EfficientNet-Lite0 with ImageNet weights, {behind}; RGB, mean 127, std 128; "
        "narrow heads"
    )


def _add_neck(
    model: Mapping[str, Any], segmentor: ConfigDict, levels: Sequence[int]
) -> None:
    channels = _NECK["out_channels"]
    segmentor["neck"] = ConfigDict(copy.deepcopy(_NECK), num_outs=len(levels))
    for head in segmentation_heads(segmentor):
        given = head.get("in_channels")
        if given is not None:
            many = isinstance(given, list | tuple)
            head["in_channels"] = [channels] * len(given) if many else channels
        if "c1_in_channels" in head:
            head["c1_in_channels"] = channels
    for head in seeing_features(model):
        head["in_channels"] = channels


def _normalise(cfg: Config, segmentor: Mapping[str, Any]) -> None:
    """Let images be normalised as the weights want them."""
    ours = cfg.model.get("data_preprocessor") or cfg.get("data_preprocessor")
    if not ours:
        raise ValueError(
            "--toy puts a network with ImageNet weights in the place of the config's, "
            "which sees RGB images normalised by mean 127 and std 128, but the config "
            "has no data_preprocessor that could do that. Add one to the model, "
            "data_preprocessor=dict(type='MultiDomainDataPreProcessor', ...), or take "
            "the other network: --toy-network random"
        )
    for preprocessor in (ours, segmentor.get("data_preprocessor")):
        if preprocessor:
            preprocessor.pop("rgb_to_bgr", None)
            preprocessor.update(copy.deepcopy(_INPUT))
