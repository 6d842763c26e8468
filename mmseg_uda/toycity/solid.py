"""Solids: side profiles pulled apart sideways, seen from where the camera is."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .canvas import Canvas, Colour

Points = list[tuple[float, float]]


def _flank(outline: np.ndarray, w: float) -> np.ndarray:
    """Lift an outline of (l, y), (n, 2), to the plane at ``w``: (n, 3) of (w, y, l)."""
    points = np.full((len(outline), 3), w)
    points[:, 1] = outline[:, 1]
    points[:, 2] = outline[:, 0]
    return points


@dataclass(frozen=True)
class Solid:
    """A local frame on the ground: w to its right, y up, l forwards, in metres.

    Args:
        canvas: Where it is drawn.
        x: World position of its origin.
        z: World position of its origin.
        yaw: Heading, radians to the right of the street's.
        label: Label value of all its parts.
    """

    canvas: Canvas
    x: float
    z: float
    yaw: float
    label: int

    @cached_property
    def _axes(self) -> np.ndarray:
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])

    @cached_property
    def depth(self) -> float:
        """Depth of the origin, metres."""
        return self.canvas.camera.depth(self.x, self.z)

    def world(self, points: np.ndarray) -> np.ndarray:
        """Turn local points (n, 3) as (w, y, l) into world axes."""
        return points @ self._axes + [self.x, 0.0, self.z]

    def _seen(self, centre: np.ndarray, normal: np.ndarray) -> bool:
        eye = np.array([0, self.canvas.camera.elevation, 0])
        return bool(normal @ (eye - centre) > 0)

    def prism(
        self, profile: Points, half_width: float, edges: list[Colour], sides: Colour
    ) -> None:
        """Draw a profile of (l, y) points, pulled from -half_width to half_width.

        Args:
            profile: Corners, clockwise when the front (l > 0) is on the right.
            half_width: Metres.
            edges: Colour of the face after each corner.
            sides: Colour of the two profiles themselves.
        """
        corners = np.array(profile, float)
        faces = []
        for i, (a, b) in enumerate(zip(corners, np.roll(corners, -1, 0), strict=True)):
            w = half_width
            quad = [(-w, a[1], a[0]), (w, a[1], a[0])]
            quad += [(w, b[1], b[0]), (-w, b[1], b[0])]
            normal = np.array([0, b[0] - a[0], a[1] - b[1]])
            faces.append((np.array(quad), normal, edges[i]))
        for side in (-1, 1):
            flat = _flank(corners, side * half_width)
            faces.append((flat, np.array([side, 0, 0.0]), sides))
        drawn = []
        for points, normal, colour in faces:
            where, facing = self.world(points), normal @ self._axes
            facing = facing / math.sqrt(max(float(facing @ facing), 1e-9))
            if self._seen(where[0], facing):
                distance = float(np.hypot(where[:, 0], where[:, 2]).mean())
                drawn.append((distance, where, self.canvas.lit(colour, facing)))
        for _, where, colour in sorted(drawn, key=lambda face: -face[0]):
            self.canvas.face(where, colour, self.label)

    def on_sides(self, polygon: np.ndarray, at: float, colour: Colour) -> None:
        """Draw a polygon of (l, y), (n, 2), on whichever flank is visible."""
        for side in (-1, 1):
            flat = _flank(polygon, side * at)
            where = self.world(flat)
            if self._seen(where[0], side * self._axes[0]):
                self.canvas.face(where, colour, self.label)

    def on_end(
        self,
        box: tuple[float, float, float, float],
        at: float,
        colour: Colour,
        label: int | None = None,
    ) -> None:
        """Draw a rectangle (w0, y0, w1, y1) on the end at l = ``at``, if visible."""
        w0, y0, w1, y1 = box
        flat = np.array([(w0, y0, at), (w1, y0, at), (w1, y1, at), (w0, y1, at)])
        where = self.world(flat)
        if self._seen(where[0], np.sign(at) * self._axes[2]):
            self.canvas.face(where, colour, self.label if label is None else label)
