"""How the images of a test pipeline are resized, as a graph can do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# mmcv's names of what an ONNX graph can do; Pillow's rule is that of uint8 images whose
# windows end at the border, cv2's has no antialiasing
_MODES = {
    ("pillow", "bicubic"): dict(
        mode="cubic", cubic_coeff_a=-0.5, antialias=1, exclude_outside=1
    ),
    ("pillow", "bilinear"): dict(mode="linear", antialias=1, exclude_outside=1),
    ("cv2", "bilinear"): dict(mode="linear"),
    ("cv2", "bicubic"): dict(mode="cubic", cubic_coeff_a=-0.75),
}
_ACCEPTED = ("LoadImageFromFile", "PackSegInputs", "Resize")
_KNOWN = frozenset({"type", "scale", "keep_ratio", "backend", "interpolation"})


@dataclass(frozen=True)
class Resizing:
    """The ``Resize`` of a test pipeline.

    Attributes:
        scale: (width, height) as mmcv reads it.
        keep_ratio: Whether images are made to fit ``scale`` in their shape.
        backend: ``'pillow'`` or ``'cv2'``.
        interpolation: ``'bicubic'`` or ``'bilinear'``.
    """

    scale: tuple[int, int]
    keep_ratio: bool
    backend: str
    interpolation: str

    @property
    def attributes(self) -> dict:
        """Attributes of ONNX's ``Resize``."""
        return _MODES[self.backend, self.interpolation]

    @classmethod
    def of(cls, pipeline: Sequence[dict]) -> Resizing | None:
        """Return that of a pipeline, None if it resizes nothing.

        Raises:
            ValueError: If the pipeline does what a graph here can't.
        """
        others = [t["type"] for t in pipeline if t["type"] not in _ACCEPTED]
        found = [t for t in pipeline if t["type"] == "Resize"]
        if others or len(found) > 1:
            what = ", ".join(others) or "several Resize"
            raise ValueError(
                "an ONNX graph can load, resize once and normalise images; this test "
                f"pipeline has {what}: export without --onnx"
            )
        if not found:
            return None
        options = found[0]
        unknown = set(options) - _KNOWN
        scale = options.get("scale")
        way = options.get("backend", "cv2"), options.get("interpolation", "bilinear")
        if unknown or scale is None or way not in _MODES:
            ways = ", ".join(f"{b} {i}" for b, i in _MODES)
            raise ValueError(
                f"an ONNX graph can resize to a scale by {ways}, got {options}: export "
                "without --onnx"
            )
        pair = (scale, scale) if isinstance(scale, int) else tuple(scale)
        return cls(pair, bool(options.get("keep_ratio", False)), *way)
