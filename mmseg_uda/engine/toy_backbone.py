"""Own backbones under ``--toy``: heads that follow what comes out of them."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from torch import Tensor

from .walk import dicts_in

_HEADS = ("decode_head", "auxiliary_head")


def follow_backbone(
    segmentor: ConfigDict, own: Mapping[str, Any], size: tuple[int, int]
) -> dict[int, int]:
    """Fit what stands behind a backbone to the channels that come out of it, in place.

    Args:
        segmentor: Config of the segmentor, with the backbone that is to be used.
        own: What the config says itself about the small segmentor; where that gives
            ``in_channels``, nothing is to be found out.
        size: Height and width of the images.

    Returns:
        The new input channels of a head by those before.

    Raises:
        ValueError: If the channels cannot be found out and are not given.
    """
    takers, given = (_takers(config, segmentor) for config in (segmentor, own))
    if len(given) == len(takers):
        return {}
    channels = _channels(segmentor["backbone"], size)
    changed: dict[int, int] = {}
    for taker in takers:
        before = taker["in_channels"]
        taker["in_channels"] = _of_inputs(before, taker.get("in_index"), channels)
        changed |= _as_map(before, taker["in_channels"])
        if "c1_in_channels" in taker:
            taker["c1_in_channels"] = channels[0]
    return changed


def _takers(config: Mapping[str, Any], segmentor: Mapping[str, Any]) -> list[dict]:
    """Return what takes a segmentor's features and says how many channels they have."""
    keys = ("neck",) if segmentor.get("neck") else _HEADS
    parts = [part for key in keys for part in dicts_in(config.get(key))]
    return [part for part in parts if part.get("in_channels") is not None]


def _of_inputs(before: Any, index: Any, channels: Sequence[int]) -> Any:
    if not isinstance(before, list | tuple):
        return channels[-1 if index is None else index]
    if not isinstance(index, list | tuple):  # a neck, which takes all in their order
        return list(channels)
    return [channels[i] for i in index]


def _as_map(before: Any, now: Any) -> dict[int, int]:
    if isinstance(before, list | tuple):
        return dict(zip(before, now, strict=False))
    return {before: now}


def _channels(backbone: Mapping[str, Any], size: tuple[int, int]) -> list[int]:
    """Return the channels of a backbone's outputs: it is built and looks at nothing."""
    kind = backbone.get("type")
    try:
        with torch.no_grad():
            network = MODELS.build(copy.deepcopy(backbone)).eval()
            features = network(torch.zeros(1, 3, *size))
    except Exception as error:  # a network of the user's own may fail in any way
        raise ValueError(
            f"--toy runs the backbone {kind} on an image of {size[0]}x{size[1]} pixels "
            f"to see its channels, and it fails: {type(error).__name__}: {error}. Say "
            "what is different in the small network, such as toy = dict(model=dict("
            "segmentor=dict(backbone=dict(...), decode_head=dict(in_channels=...)))); "
            "the rest is inherited"
        ) from error
    features = [features] if isinstance(features, Tensor) else list(features)
    return [feature.shape[1] for feature in features]
