"""Which sizes images come in once a pipeline is through, without decoding them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mmcv.image import rescale_size
from mmcv.transforms import (
    CenterCrop,
    Compose,
    Pad,
    RandomApply,
    RandomChoice,
    RandomChoiceResize,
    RandomResize,
    Resize,
)
from mmengine.dataset import Compose as Pipeline
from mmseg.datasets import transforms as mmseg_transforms
from mmseg.datasets.transforms import RandomCrop, ResizeShortestEdge, ResizeToMultiple

from ..transforms.diverse_crop import DiverseCrop
from ..transforms.pad_to_crop import PadToCrop

Size = tuple[int, int]  # width, height

# what begins so reads files or packs what is there
_READ_OR_PACK = ("Load", "Read", "Label", "Pack")
_LEAVE = {
    "RandomFlip",
    "PhotoMetricDistortion",
    "CLAHE",
    "Rerange",
    "RGB2Gray",
    "AdjustGamma",
    "SegRescale",
    "RandomCutOut",
    "GenerateEdge",
    "Normalize",
    "RandomGrayscale",
    "ImageToTensor",
    "ToTensor",
}


@dataclass(frozen=True)
class Sizes:
    """The sizes that an image may have.

    Args:
        low: Smallest width and smallest height.
        high: Largest width and largest height.
    """

    low: Size
    high: Size

    @property
    def fixed(self) -> bool:
        """Whether it has one size, whatever is drawn at random."""
        return self.low == self.high


@dataclass(frozen=True)
class Cut:
    """A crop larger than an image.

    Args:
        transform: The transform that crops.
        crop: Width and height that it is to give.
        size: Least width and height that the image has then.
    """

    transform: Any
    crop: Size
    size: Size


def sizes_behind(
    transforms: Iterable[Any], size: Size
) -> tuple[Sizes | None, list[Cut]]:
    """Follow an image through a pipeline.

    Args:
        transforms: Built transforms.
        size: Width and height of the image.

    Returns:
        The sizes that come out, None behind a transform that is not known; and the
        crops that are larger than what they may get.
    """
    sizes: Sizes | None = Sizes(size, size)
    cuts: list[Cut] = []
    for transform in transforms:
        crop = _crop_of(transform)
        low = None if sizes is None else sizes.low
        if low and crop and (low[0] < crop[0] or low[1] < crop[1]):
            cuts.append(Cut(transform, crop, low))
        sizes = None if sizes is None else _behind(transform, sizes)
    return sizes, cuts


def _behind(transform: Any, sizes: Sizes) -> Sizes | None:
    rule = _RULES.get(type(transform))
    if rule is not None:
        return rule(transform, sizes)
    name = type(transform).__name__
    return sizes if name in _LEAVE or name.startswith(_READ_OR_PACK) else None


def _each(function: Callable[[Size], Size], sizes: Sizes) -> Sizes:
    return Sizes(function(sizes.low), function(sizes.high))


def _resize(transform: Resize, sizes: Sizes) -> Sizes:
    def resized(size: Size) -> Size:
        scale = transform.scale
        if not scale:
            factors = transform.scale_factor
            scale = tuple(int(s * f + 0.5) for s, f in zip(size, factors, strict=True))
        scale = (scale, scale) if isinstance(scale, int) else tuple(scale)
        return rescale_size(size, scale) if transform.keep_ratio else scale

    return _each(resized, sizes)


def _to_scales(
    transform: RandomResize | RandomChoiceResize, scales: Sequence[Any], sizes: Sizes
) -> Sizes | None:
    """Join the sizes that a resize to each of some scales gives."""
    resize = transform.resize
    rule = _RULES.get(type(resize))
    if rule not in (_resize, _shortest_edge):
        return None
    before = resize.scale
    try:
        found = []
        for scale in scales:
            resize.scale = scale
            found.append(rule(resize, sizes))
    finally:
        resize.scale = before
    return _join(found)


def _random_resize(transform: RandomResize, sizes: Sizes) -> Sizes | None:
    scale, ratios = transform.scale, transform.ratio_range
    if isinstance(scale[0], int):
        scales = [tuple(int(side * ratio) for side in scale) for ratio in ratios]
    else:
        scales = [tuple(map(pick, zip(*scale, strict=True))) for pick in (min, max)]
    return _to_scales(transform, scales, sizes)


def _random_choice(transform: RandomChoice, sizes: Sizes) -> Sizes | None:
    return _join([_through(branch, sizes) for branch in transform.transforms])


def _random_apply(transform: RandomApply, sizes: Sizes) -> Sizes | None:
    return _join([sizes, _through(transform.transforms, sizes)])


def _through(transforms: Any, sizes: Sizes) -> Sizes | None:
    for transform in getattr(transforms, "transforms", transforms):
        sizes = None if sizes is None else _behind(transform, sizes)
    return sizes


def _join(found: Sequence[Sizes | None]) -> Sizes | None:
    if any(sizes is None for sizes in found):
        return None
    low, high = zip(*((sizes.low, sizes.high) for sizes in found), strict=True)
    return Sizes(
        tuple(map(min, zip(*low, strict=True))),
        tuple(map(max, zip(*high, strict=True))),
    )


def _crop_of(transform: Any) -> Size | None:
    """Return width and height of what a transform crops, None for other ones."""
    if type(transform) in (RandomCrop, DiverseCrop):
        return transform.crop_size[::-1]
    if type(transform) is CenterCrop and not transform.auto_pad:
        return transform.crop_size
    return None


def _crop(transform: Any, sizes: Sizes) -> Sizes:
    crop = _crop_of(transform) or transform.crop_size
    if type(transform) is CenterCrop and transform.auto_pad:
        return Sizes(crop, crop)
    return _each(lambda size: tuple(map(min, size, crop)), sizes)


def _pad(transform: Pad, sizes: Sizes) -> Sizes:
    def padded(size: Size) -> Size:
        if transform.pad_to_square:
            size = (max(size), max(size))
        if transform.size is not None:
            return tuple(map(max, size, transform.size))
        return _multiple(size, transform.size_divisor or 1)

    return _each(padded, sizes)


def _shortest_edge(transform: ResizeShortestEdge, sizes: Sizes) -> Sizes:
    edge = transform.scale if isinstance(transform.scale, int) else min(transform.scale)

    def resized(size: Size) -> Size:
        factor = edge / min(size)
        factor *= min(1.0, transform.max_size / (max(size) * factor))
        scale = tuple(int(side * factor + 0.5) for side in size)
        return rescale_size(size, scale)

    return _each(resized, sizes)


def _multiple(size: Size, divisor: int | Size) -> Size:
    divisors = (divisor, divisor) if isinstance(divisor, int) else tuple(divisor)
    return tuple(
        math.ceil(side / by) * by for side, by in zip(size, divisors, strict=True)
    )


_RULES: dict[type, Callable[[Any, Sizes], Sizes | None]] = {
    Resize: _resize,
    mmseg_transforms.Resize: _resize,
    RandomResize: _random_resize,
    RandomChoiceResize: lambda t, s: _to_scales(t, t.scales, s),
    RandomChoice: _random_choice,
    RandomApply: _random_apply,
    Compose: _through,
    Pipeline: _through,
    RandomCrop: _crop,
    DiverseCrop: _crop,
    CenterCrop: _crop,
    Pad: _pad,
    PadToCrop: _pad,
    ResizeShortestEdge: _shortest_edge,
    ResizeToMultiple: lambda t, s: _each(lambda z: _multiple(z, t.size_divisor), s),
}
