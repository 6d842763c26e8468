"""mmseg's resizing, while a network is exported, with sizes that stay open."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from mmseg.models.utils import wrappers
from torch import Tensor


@contextmanager
def open_sizes() -> Iterator[None]:
    """Let mmseg resize without reading sizes as numbers.

    Its ``resize`` compares them for a warning, and its ``Upsample`` rounds them with
    ``int``. An exporter then takes the size of its example for the only one, the second
    time without a word.
    """
    resize, forward = wrappers.resize, wrappers.Upsample.forward
    importing = [
        module
        for module in list(sys.modules.values())
        if vars(module).get("resize") is resize
    ]
    for module in importing:
        module.resize = _resize
    wrappers.Upsample.forward = _upsample
    try:
        yield
    finally:
        for module in importing:
            module.resize = resize
        wrappers.Upsample.forward = forward


def _resize(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    warning: bool = True,
) -> Tensor:
    return F.interpolate(input, size, scale_factor, mode, align_corners)


def _upsample(layer: wrappers.Upsample, x: Tensor) -> Tensor:
    size = layer.size
    if layer.scale_factor:
        size = [torch.sym_int(side * layer.scale_factor) for side in x.shape[-2:]]
    return F.interpolate(x, size, None, layer.mode, layer.align_corners)
