"""Counting images that say something of their own."""

from __future__ import annotations

import hashlib

from mmengine.dist import all_gather_object
from torch import Tensor


class ImageTally:
    """How many images there are, how many differ, and how many are of one colour.

    Attributes:
        num_images: Images.
        num_flat: Images of which each channel has one value all over.
        num_different: Images that differ in a pixel.
    """

    def __init__(self) -> None:
        self.num_images = 0
        self.num_flat = 0
        self._digests: set[bytes] = set()  # 16 bytes an image

    @property
    def num_different(self) -> int:
        """Images that differ in a pixel."""
        return len(self._digests)

    def add(self, image: Tensor) -> None:
        """Count an image (C, H, W), as a test loads it."""
        values = image.flatten(1)
        self.num_images += 1
        self.num_flat += bool((values.amin(1) == values.amax(1)).all())
        content = image.contiguous().cpu().numpy().tobytes()
        self._digests.add(hashlib.blake2b(content, digest_size=16).digest())

    def gathered(self) -> ImageTally:
        """Return the counts over all ranks; every rank has to call it."""
        whole = ImageTally()
        for images, flat, digests in all_gather_object(
            (self.num_images, self.num_flat, self._digests)
        ):
            whole.num_images += images
            whole.num_flat += flat
            whole._digests |= digests
        return whole
