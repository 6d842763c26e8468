"""Black and white masks, however they were saved."""

from __future__ import annotations

from numbers import Real
from pathlib import Path

import numpy as np

from mmseg_uda.registry import LABEL_FORMATS

from ..image_headers import read_header
from ..reading import Declared, ImageReader
from .base_label_format import BaseLabelFormat


@LABEL_FORMATS.register_module()
class MaskLabels(BaseLabelFormat):
    """Masks of two classes: pixels brighter than a threshold are class 1.

    For masks whose borders were blurred when they were resized or saved as JPEG, so
    that they hold more values than two. Masks of 0 and 255 need no format but
    ``label_map={0: 0, 255: 1}``.

    Args:
        threshold: Brightness, mean of the colours, in 0 to 255.

    Raises:
        ValueError: If there are not two classes, or the threshold is none.
    """

    def __init__(self, threshold: float = 127.5) -> None:
        if not isinstance(threshold, Real) or not 0 <= threshold < 255:
            raise ValueError(f"threshold is a number in 0 to 255, got {threshold!r}")
        self.threshold = threshold

    @property
    def has_numbers(self) -> bool:
        """A ``label_map`` has nothing to translate."""
        return False

    def bind(self, root: Path, classes: tuple, palette: list) -> None:
        """Check that there are two classes."""
        if len(classes) != 2:
            raise ValueError(
                f"MaskLabels tells two classes apart, dark and bright, got "
                f"{', '.join(classes)}"
            )

    def declared(self, path: str | Path) -> Declared:
        """Return the size of a mask; that it was compressed with losses is no harm."""
        declared = read_header(path)
        return Declared(
            declared.kind, declared.width, declared.height, declared.orientation
        )

    def read(self, path: str | Path, orientation: str = "shown") -> np.ndarray:
        """Return 0 where the mask is dark, 1 where it is bright."""
        pixels = ImageReader(orientation=orientation).read(path)
        return (pixels.mean(axis=2) > self.threshold).astype(np.uint8)
