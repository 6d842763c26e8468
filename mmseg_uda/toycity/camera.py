"""Pinhole camera above a flat street."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: Nearest depth drawn, in metres.
NEAR = 0.8


@dataclass(frozen=True)
class Camera:
    """Projects metres to pixels; verticals stay vertical (pitch is a lens shift).

    World axes: x to the right, y up from the ground, z along the street. The camera
    stands at x = z = 0.

    Args:
        width: Image width in pixels.
        height: Image height in pixels.
        focal: Focal length in image widths (1.1 is Cityscapes' lens).
        elevation: Height above the ground, in metres.
        horizon: Row of the horizon as a share of the height, from the top.
        yaw: Viewing direction, radians to the right of the street's.
    """

    width: int
    height: int
    focal: float
    elevation: float
    horizon: float
    yaw: float

    @cached_property
    def _rotation(self) -> np.ndarray:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Turn world points (..., 3) to camera axes; the last entry is the depth."""
        return points @ self._rotation.T

    def sees(self, x: float, z: float, radius: float) -> bool:
        """Say whether something on the ground may reach into the picture.

        Args:
            x: World position of its middle, metres.
            z: World position of its middle, metres.
            radius: Its reach around that point, metres.
        """
        right, _, ahead = self.to_camera(np.array([x, 0.0, z]))
        if ahead < NEAR - radius:
            return False
        return abs(right) - 1.5 * radius < max(ahead, 1.0) * 0.5 / self.focal

    def depth(self, x: float, z: float) -> float:
        """Return the depth of a ground point, in metres."""
        rotation = self._rotation
        return float(rotation[2, 0] * x + rotation[2, 2] * z)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Project points in camera axes (..., 3), depth > 0, to pixels (..., 2)."""
        scale = self.focal * self.width / points[..., 2]
        pixels = np.empty((*points.shape[:-1], 2))
        pixels[..., 0] = self.width / 2 + points[..., 0] * scale
        drop = self.elevation - points[..., 1]
        pixels[..., 1] = self.height * self.horizon + drop * scale
        return pixels

    def pixels_per_metre(self, depth: float) -> float:
        """Return the size of a metre at a depth, in pixels."""
        return self.focal * self.width / depth


def clip_near(points: np.ndarray) -> np.ndarray:
    """Cut a polygon (n, 3) in camera axes at the near plane; may come out empty."""
    depth = points[:, 2]
    if depth.min() >= NEAR:
        return points
    kept = []
    for a, b in zip(points, np.roll(points, -1, 0), strict=True):
        if a[2] >= NEAR:
            kept.append(a)
        if (a[2] >= NEAR) != (b[2] >= NEAR):
            kept.append(a + (b - a) * ((NEAR - a[2]) / (b[2] - a[2])))
    return np.array(kept).reshape(-1, 3)
