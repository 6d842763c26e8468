"""Drawn images of odd sizes, of the kind that a network reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import tifffile

from mmseg_uda.datasets.reading import ImageReader

from .network_program import noise


def odd_sizes(longest: int) -> list[tuple[int, int]]:
    """Return (H, W) of three images: landscape, portrait and small.

    No side is a multiple of another network's stride.

    Args:
        longest: Side of the images that the network was trained on, pixels.
    """
    side = max(longest, 96)
    return [
        (side // 2 | 1, side | 1),
        (side | 3, side * 2 // 3 | 1),
        (max(side // 3, 65) | 1, max(side // 2, 65) | 3),
    ]


def write_samples(
    folder: Path, sizes: Sequence[tuple[int, int]], reader: ImageReader
) -> list[Path]:
    """Write an image of each size, with the numbers and bands that a reader wants.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, size in enumerate(sizes):
        pixels = noise(size)[0].permute(1, 2, 0).numpy()
        path = folder / f"sample_{index}.{'png' if reader.is_plain else 'tif'}"
        if reader.is_plain:
            cv2.imwrite(str(path), pixels.astype(np.uint8))
        else:
            tifffile.imwrite(path, _in_range(pixels, reader), planarconfig="contig")
        paths.append(path)
    return paths


def _in_range(pixels: np.ndarray, reader: ImageReader) -> np.ndarray:
    """Return pixels of 0 to 255 as the numbers and bands of an image file."""
    bands = max(reader.bands or (3,))
    pixels = np.stack([pixels[..., band % 3] for band in range(bands)], axis=-1)
    if reader.value_range is None:
        return pixels.astype(np.uint8)
    low, high = reader.value_range
    values = low + pixels.astype(np.float64) / 255 * (high - low)
    whole = float(low).is_integer() and float(high).is_integer() and low >= 0
    fits = whole and 1 < high <= np.iinfo(np.uint16).max
    return values.round().astype(np.uint16) if fits else values.astype(np.float32)
