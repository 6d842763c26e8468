"""Between the images that a segmentor sees and those that a translator sees."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_HALF = 127.5  # half of the range of bytes


class PixelRange:
    r"""Undoes a data preprocessor's normalisation, and does it again.

    A segmentor sees :math:`x = (b - \mu) / \sigma` of bytes b, an image translator
    :math:`u = b / 127.5 - 1`, in [-1, 1]. Both ways are affine, so gradients flow
    through, and nothing is clipped. The order of the channels is the preprocessor's in
    either case.

    Args:
        mean: (3, 1, 1), of bytes.
        std: (3, 1, 1), of bytes.
        flipped: Whether the preprocessor turns BGR files into RGB.
    """

    def __init__(self, mean: Tensor, std: Tensor, flipped: bool = False) -> None:
        self.mean = mean
        self.std = std
        self.flipped = flipped

    @classmethod
    def of(cls, preprocessor: nn.Module | None) -> PixelRange:
        """Read what a data preprocessor does; one that does nothing gives bytes."""
        flipped = bool(getattr(preprocessor, "_channel_conversion", False))
        if not getattr(preprocessor, "_enable_normalize", False):
            return cls(torch.zeros(3, 1, 1), torch.ones(3, 1, 1), flipped)
        return cls(preprocessor.mean, preprocessor.std, flipped)

    def to_unit(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) -> [-1, 1]."""
        return (images * self.std.to(images) + self.mean.to(images)) / _HALF - 1

    def from_unit(self, images: Tensor) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] -> normalised."""
        return ((images + 1) * _HALF - self.mean.to(images)) / self.std.to(images)

    def unit_to_bgr(self, images: Tensor) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] -> bytes (N, H, W, 3), BGR, as in files."""
        images = images.flip(1) if self.flipped else images
        pixels = ((images.float() + 1) * _HALF).round().clamp(0, 255)
        return pixels.to(torch.uint8).permute(0, 2, 3, 1)
