"""Images of any kind for transforms that read PNG and JPEG."""

from pathlib import Path
from typing import Any

import cv2
from mmengine.fileio import BaseStorageBackend

from mmseg_uda.datasets.reading.image_reader import ImageReader


class ImageBytes(BaseStorageBackend):
    """A storage backend of mmengine that hands out images as 8-bit PNG.

    mmcv's ``LoadImageFromFile`` asks its backend for a file's bytes and decodes them.
    With this one, which reads as :class:`.ImageReader` does, it loads 16-bit images,
    several bands and JPEG 2000 as they were read in training. Arrays that are given in
    place of files are taken as they are.

    Args:
        **options: Of :class:`.ImageReader`.
    """

    def __init__(self, **options: Any) -> None:
        self.reader = ImageReader(**options)

    def get(self, filepath: str | Path) -> bytes:
        """Return an image (H, W, 3) as PNG, without loss.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it cannot be read, or has other numbers than expected.
        """
        image = self.reader.read(filepath)
        return cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[
            1
        ].tobytes()

    def get_text(self, filepath: str | Path) -> str:
        """Refuse: images have no text.

        Raises:
            ValueError: Always.
        """
        raise ValueError(f"{filepath} is read as an image, not as text")
