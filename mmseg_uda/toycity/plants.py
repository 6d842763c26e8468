"""Draws trees, bushes and hedges."""

import numpy as np

from .camera import NEAR
from .canvas import Canvas
from .labels import LABEL_IDS

_LABEL = LABEL_IDS["vegetation"]


def draw_tree(
    canvas: Canvas, rng: np.random.Generator, x: float, z: float, height: float
) -> None:
    """Draw a trunk under a crown; ``height`` in metres."""
    seen = canvas.camera.to_camera(np.array([x, 0.0, z]))
    if seen[2] < NEAR + 1:
        return
    foot, scale = canvas.camera.project(seen), canvas.camera.pixels_per_metre(seen[2])
    half = max(height * 0.022 * scale, 0.6)
    top = foot - [0, height * 0.55 * scale]
    across = np.array([half, 0.0])
    trunk = np.array([foot - across, foot + across, top + across, top - across])
    canvas.fill([trunk], canvas.look.pick(rng, "trunk"), _LABEL, seen[2])
    radius = height * float(rng.uniform(0.26, 0.36)) * scale
    draw_crown(canvas, rng, foot - [0, height * 0.68 * scale], radius, seen[2])


def draw_crown(
    canvas: Canvas,
    rng: np.random.Generator,
    centre: np.ndarray,
    radius: float,
    depth: float,
) -> None:
    """Draw foliage as overlapping blobs, the lit ones on top.

    Args:
        canvas: Where to draw.
        rng: Source of randomness.
        centre: Pixel (2,).
        radius: Pixels.
        depth: Metres.
    """
    # Small crowns need few blobs: leaves smaller than pixels only cost time.
    leaf = max(canvas.look.leaf_size, min(6 / max(radius, 1.0), 0.5))
    count = min(int(1.4 / leaf**2), 28) + 4
    base = np.array(canvas.look.pick(rng, "vegetation"))
    angle = rng.uniform(0, 2 * np.pi, count)
    reach = np.sqrt(rng.uniform(0, 1, count)) * radius * (1.05 - leaf / 2)
    spots = np.stack([np.cos(angle), np.sin(angle) * 0.9], -1) * reach[:, None]
    spots = spots[np.argsort(-spots[:, 1])]  # light comes from above
    tones = np.linspace(0.72, 1.22, count) + rng.normal(0, 0.08, count)
    sizes = radius * leaf * rng.uniform(0.8, 1.3, count)
    canvas.discs(
        np.concatenate([[centre], centre + spots]),
        np.concatenate([[radius * 0.8], sizes]),
        np.concatenate([[0.75], tones])[:, None] * base,
        _LABEL,
        depth,
    )


def draw_hedge(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    z: tuple[float, float],
    height: float,
) -> None:
    """Draw bushes side by side along the street; ``height`` in metres."""
    for depth in np.arange(z[1], z[0], -max(height * 0.9, 1.0)):
        seen = canvas.camera.to_camera(np.array([x, height * 0.45, depth]))
        if seen[2] > NEAR + 1.5:
            scale = canvas.camera.pixels_per_metre(seen[2])
            centre = canvas.camera.project(seen)
            draw_crown(canvas, rng, centre, height * 0.62 * scale, seen[2])
