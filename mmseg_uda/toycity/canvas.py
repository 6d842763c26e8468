"""The sheet a scene is painted on: colours and label ids, drawn together."""

import math
from collections.abc import Iterable

import cv2
import numpy as np

from .camera import NEAR, Camera, clip_near
from .labels import INSTANCE_SHIFT
from .looks import Look

Colour = tuple[float, float, float]
_FIXED_BITS = 4  # sub-pixel bits of OpenCV's fixed-point coordinates
#: Largest such coordinate: far enough out that no visible edge changes its slope.
_FARTHEST = 1 << 24


def _fixed(pixels: np.ndarray) -> np.ndarray:
    """Turn pixels (n, 2) into OpenCV's fixed-point numbers, kept in their range."""
    scaled = pixels * float(1 << _FIXED_BITS)
    np.minimum(scaled, _FARTHEST, out=scaled)
    return np.maximum(scaled, -_FARTHEST, out=scaled).astype(np.int32)


class Canvas:
    """Painter's algorithm on an image and a label map at once.

    ``image`` is (H, W, 3) uint8 RGB, ``labels`` (H, W) uint16 holding
    ``id | instance << INSTANCE_SHIFT``. Everything later covers everything earlier.

    Args:
        camera: Camera in canvas pixels (that is, already super-sampled).
        look: Palette and light.
        sun: Unit vector towards the sun, (3,), world axes.
    """

    def __init__(self, camera: Camera, look: Look, sun: np.ndarray) -> None:
        self.camera = camera
        self.look = look
        self.sun = sun
        self.image = np.zeros((camera.height, camera.width, 3), np.uint8)
        self.labels = np.zeros((camera.height, camera.width), np.uint16)
        self._instances = 0

    def new_instance(self, label: int) -> int:
        """Return ``label`` marked with a fresh instance number."""
        self._instances += 1
        return label | (self._instances << INSTANCE_SHIFT)

    def lit(self, colour: Colour, normal: np.ndarray) -> Colour:
        """Shade a colour for a surface with the given unit normal (3,)."""
        gain = 1 + self.look.contrast * float(normal @ self.sun)
        return tuple(channel * gain for channel in colour)

    def hazy(self, colour: Colour, depth: float) -> Colour:
        """Mix a colour with the haze in front of it; ``depth`` in metres."""
        if not self.look.haze:
            return colour
        share = 1 - math.exp(-max(depth, 0) * self.look.haze)
        (r, g, b), (hr, hg, hb) = colour, self.look.haze_colour
        return (r + share * (hr - r), g + share * (hg - g), b + share * (hb - b))

    def fill(
        self,
        polygons: Iterable[np.ndarray],
        colour: Colour | None,
        label: int | None,
        depth: float,
    ) -> None:
        """Fill polygons, each (n, 2) in pixels.

        Args:
            polygons: Polygons that do not overlap each other.
            colour: RGB before haze, or None to leave the image as it is.
            label: Label value, or None to leave the labels as they are.
            depth: Metres, for the haze.
        """
        fixed = [_fixed(polygon) for polygon in polygons]
        if colour is not None:
            cv2.fillPoly(
                self.image, fixed, self.hazy(colour, depth), cv2.LINE_8, _FIXED_BITS
            )
        if label is not None:
            cv2.fillPoly(self.labels, fixed, label, cv2.LINE_8, _FIXED_BITS)

    def face(
        self, points: np.ndarray, colour: Colour | None, label: int | None
    ) -> None:
        """Fill one flat polygon given in world axes, (n, 3) metres."""
        seen = clip_near(self.camera.to_camera(np.asarray(points, float)))
        if len(seen) >= 3:
            depth = float(seen[:, 2].sum()) / len(seen)
            self.fill([self.camera.project(seen)], colour, label, depth)

    def faces(
        self, quads: np.ndarray, colour: Colour | None, label: int | None
    ) -> None:
        """Fill many polygons (m, n, 3) of one colour; those too near are left out."""
        seen = self.camera.to_camera(quads)
        seen = seen[seen[..., 2].min(1) >= NEAR]
        if len(seen):
            # Few hazes are enough to look continuous, and far fewer calls.
            order = np.argsort(seen[:, 0, 2])
            parts = min(3, len(order)) if self.look.haze else 1
            for part in np.array_split(order, parts):
                depth = float(seen[part, :, 2].mean())
                self.fill(self.camera.project(seen[part]), colour, label, depth)

    def discs(
        self,
        centres: np.ndarray,
        radii: np.ndarray,
        colours: np.ndarray,
        label: int,
        depth: float,
    ) -> None:
        """Fill circles at one depth, one after the other.

        Args:
            centres: (n, 2) pixels.
            radii: (n,) pixels.
            colours: (n, 3) RGB before haze.
            label: Label value.
            depth: Metres, for the haze.
        """
        share = 1 - math.exp(-depth * self.look.haze)
        paints = colours + share * (np.array(self.look.haze_colour) - colours)
        spots = _fixed(centres).tolist()
        sizes = np.maximum(radii * (1 << _FIXED_BITS), 8).astype(int).tolist()
        for spot, size, paint in zip(spots, sizes, paints.tolist(), strict=True):
            cv2.circle(self.image, spot, size, paint, -1, cv2.LINE_8, _FIXED_BITS)
            cv2.circle(self.labels, spot, size, label, -1, cv2.LINE_8, _FIXED_BITS)

    def darken(self, polygons: list[np.ndarray]) -> None:
        """Put ground polygons, each (n, 3) in world axes, into the shade, once."""
        mask = np.zeros(self.labels.shape, np.uint8)
        for polygon in polygons:
            seen = clip_near(self.camera.to_camera(polygon))
            if len(seen) >= 3:
                pixels = _fixed(self.camera.project(seen))
                cv2.fillPoly(mask, [pixels], 255, cv2.LINE_8, _FIXED_BITS)
        dark = cv2.convertScaleAbs(self.image, alpha=1 - self.look.shadow)
        cv2.copyTo(dark, mask, self.image)
