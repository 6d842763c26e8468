"""Pictures as addresses that hold them."""

import base64
import io
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from mmseg_uda.visualization.colors import IGNORE_INDEX

_QUALITY = 82


def fitted(height: int, width: int, most: int) -> tuple[int, int]:
    """Return the size of a picture whose longer side is at most ``most``."""
    scale = min(1.0, most / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def photo_uri(image: np.ndarray, size: tuple[int, int]) -> str:
    """Return an image as a JPEG.

    Args:
        image: (H, W, 3) uint8, RGB.
        size: Height and width that it gets.
    """
    small = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    return _uri(Image.fromarray(small), "JPEG", quality=_QUALITY)


def mask_uri(labels: np.ndarray, palette: Sequence, size: tuple[int, int]) -> str:
    """Return class ids as a PNG in the classes' colours; 255 is transparent.

    Args:
        labels: (H, W) integers.
        palette: RGB triples by class id.
        size: Height and width that it gets.
    """
    nothing = len(palette)  # an id of its own, as the file has no colour for 255
    ids = np.where(labels == IGNORE_INDEX, nothing, labels).astype(np.uint8)
    small = cv2.resize(ids, size[::-1], interpolation=cv2.INTER_NEAREST)
    picture = Image.fromarray(small)
    colors = [*palette, (0, 0, 0)]
    picture.putpalette([int(value) for color in colors for value in color])
    return _uri(picture, "PNG", transparency=nothing)


def _uri(picture: Image.Image, kind: str, **options: object) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    text = base64.b64encode(buffer.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,{text}"
