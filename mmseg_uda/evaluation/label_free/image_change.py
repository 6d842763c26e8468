"""A change of an image that its classes should survive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor


@dataclass(frozen=True)
class ImageChange:
    r"""Mirrors an image, resizes it, and stretches its contrast about its mean.

    .. math:: x' = \bar x + c \, (\mathrm{resize}_s(\mathrm{mirror}(x)) - \bar x)

    Args:
        flip: Whether it is mirrored, left to right.
        scale: s, factor of its sides.
        contrast: c, by which values are further from the mean of the image.

    Raises:
        ValueError: If a factor is not above 0, or nothing is changed.
    """

    flip: bool = True
    scale: float = 1.0
    contrast: float = 1.0

    def __post_init__(self) -> None:
        for name in ("scale", "contrast"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be > 0, got {getattr(self, name)!r}")
        if not self.flip and self.scale == self.contrast == 1:
            raise ValueError(
                "nothing would change: flip=True, or another scale or contrast than 1"
            )

    def batch(self, data: dict) -> dict:
        """Return the batch of a data loader with all of its images changed.

        Args:
            data: ``inputs`` (C, H, W) each and their ``data_samples``.
        """
        inputs = [self.image(image) for image in data["inputs"]]
        samples = [
            _of_size(sample, image.shape[-2:])
            for sample, image in zip(data["data_samples"], inputs, strict=True)
        ]
        return {**data, "inputs": inputs, "data_samples": samples}

    def image(self, image: Tensor) -> Tensor:
        """Change an image (C, H, W); integer ones become floating point if need be."""
        if self.flip:
            image = image.flip(-1)
        if self.scale != 1:
            size = [max(1, round(side * self.scale)) for side in image.shape[-2:]]
            image = F.interpolate(
                image[None].float(), size, mode="bilinear", antialias=True
            )[0]
        if self.contrast != 1:
            mean = image.float().mean()
            image = mean + self.contrast * (image.float() - mean)
        return image

    def undone(self, values: Tensor) -> Tensor:
        """Return what was predicted for a changed image (..., H, W), in its own place.

        The size is the original one already: that is how mmseg predicts.
        """
        return values.flip(-1) if self.flip else values


def _of_size(sample: SegDataSample, size: Sequence[int]) -> SegDataSample:
    """Return a copy of a sample whose image, not its file, has this size (H, W)."""
    copy = sample.clone()
    copy.set_metainfo({"img_shape": tuple(size)})
    if "pad_shape" in copy.metainfo:
        copy.set_metainfo({"pad_shape": tuple(size)})
    return copy
