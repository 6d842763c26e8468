"""Flat figures facing the camera, like those in a shooting gallery."""

from itertools import pairwise

import numpy as np

from .camera import NEAR
from .canvas import Canvas, Colour
from .scene import Item

#: Corners of a unit circle, (16, 2).
CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 16)), np.sin(np.linspace(0, 2 * np.pi, 16))], -1
)


class Cutout:
    """A flat figure facing the camera: (right, up) metres around a ground point.

    Args:
        canvas: Where it is drawn.
        item: What stands where.
        squeeze: Factor on its width, negative to mirror it.
    """

    def __init__(self, canvas: Canvas, item: Item, squeeze: float = 1.0) -> None:
        self.canvas = canvas
        seen = canvas.camera.to_camera(np.array([item.x, 0.0, item.z]))
        self.depth = float(seen[2])
        self.visible = self.depth > NEAR + 1.5
        if self.visible:
            self._foot = canvas.camera.project(seen)
            scale = canvas.camera.pixels_per_metre(self.depth)
            self._scale = np.array([scale * squeeze, -scale])

    def shape(
        self, points: np.ndarray | list, colour: Colour | None, label: int
    ) -> None:
        """Fill a polygon of (right, up) points."""
        pixels = self._foot + np.asarray(points, float) * self._scale
        self.canvas.fill([pixels], colour, label, self.depth)

    def limb(
        self,
        a: tuple[float, float],
        b: tuple[float, float],
        thickness: float,
        colour: Colour,
        label: int,
    ) -> None:
        """Fill a bar from ``a`` to ``b``, all in metres."""
        start, end = np.array(a, float), np.array(b, float)
        along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        across = np.array([-along[1], along[0]]) * thickness / 2
        corners = [start - across, start + across, end + across, end - across]
        self.shape(np.array(corners), colour, label)

    def ring(
        self, centre: tuple[float, float], radius: float, width: float, colour: Colour
    ) -> None:
        """Draw a wheel one can look through (image only)."""
        for a, b in pairwise(CIRCLE):
            inner = 1 - width / radius
            arc = np.array([a, b, b * inner, a * inner]) * radius + centre
            pixels = self._foot + arc * self._scale
            self.canvas.fill([pixels], colour, None, self.depth)
