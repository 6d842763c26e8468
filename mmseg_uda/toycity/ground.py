"""Draws what lies flat: sky, road, paint, sidewalks, lawns, shadows."""

from itertools import pairwise

import cv2
import numpy as np

from .canvas import Canvas, Colour
from .labels import LABEL_IDS, LANE_MARKING
from .scene import FAR, Block, Item, Scene

#: Depths at which the ground is cut, so that haze grows with distance.
_BANDS = np.concatenate([[-16.0, 1.0], np.geomspace(3, 600, 14)])
#: Half width, half length and height of what casts a shadow, metres.
_FOOTPRINTS = {
    "car": (0.95, 2.3, 1.3),
    "van": (1.05, 2.6, 2.0),
    "truck": (1.3, 4.3, 3.2),
    "bus": (1.3, 6.1, 3.0),
    "tram": (1.3, 13.0, 3.2),
    "person": (0.22, 0.15, 1.7),
    "ridden bicycle": (0.25, 0.8, 1.6),
    "ridden motorcycle": (0.3, 0.9, 1.5),
    "bicycle": (0.15, 0.8, 0.9),
    "motorcycle": (0.3, 0.9, 1.0),
    "tree": (1.4, 1.4, 5.0),
    "bin": (0.4, 0.4, 1.0),
    "lamp": (0.1, 0.1, 6.0),
}


def draw_sky(canvas: Canvas, rng: np.random.Generator) -> None:
    """Fill everything above the horizon."""
    look, camera = canvas.look, canvas.camera
    top, low = (np.array(look.pick(rng, f"sky {k}")) for k in ("top", "low"))
    rows = max(int(camera.height * camera.horizon) + 2, 2)
    share = np.linspace(0, 1, rows)[:, None]
    canvas.image[:rows] = (top + share * (low - top)).astype(np.uint8)[:, None]
    canvas.labels[:rows] = LABEL_IDS["sky"]
    for _ in range(int(rng.integers(0, 5))):
        x, y = rng.uniform(0, camera.width), rng.uniform(0, rows * 0.8)
        for _ in range(6):
            shift = rng.normal(0, 1, 2) * camera.width * (0.05, 0.008)
            size = rng.uniform(0.01, 0.035) * camera.width
            axes = (int(size * 2), int(size * 0.7))
            centre = (int(x + shift[0]), int(y + shift[1]))
            if centre[1] + axes[1] < rows:
                colour = look.pick(rng, "cloud")
                cv2.ellipse(canvas.image, centre, axes, 0, 0, 360, colour, -1)


def strip(
    canvas: Canvas,
    x: tuple[float, float],
    z: tuple[float, float],
    colour: Colour,
    label: int | None,
) -> None:
    """Fill a rectangle of ground, cut into bands of depth where there is haze."""
    bands = _BANDS.tolist() if canvas.look.haze else []
    cuts = [z[0], *(cut for cut in bands if z[0] < cut < z[1]), z[1]]
    for near, far in pairwise(cuts):
        corners = [(x[0], 0, near), (x[1], 0, near), (x[1], 0, far), (x[0], 0, far)]
        canvas.face(np.array(corners), colour, label)


def _quads(x: np.ndarray, z: np.ndarray, width: float, length: float) -> np.ndarray:
    """Return ground rectangles centred at (x, z), as (m, 4, 3)."""
    dx = np.array([-1, 1, 1, -1]) * width / 2
    dz = np.array([-1, -1, 1, 1]) * length / 2
    xs, zs = np.broadcast_arrays(x[:, None] + dx, z[:, None] + dz)
    return np.stack([xs, np.zeros_like(xs), zs], -1)


def _paint(canvas: Canvas, rng: np.random.Generator, scene: Scene) -> None:
    """Draw lane markings, rails and the crosswalk."""
    street, look = scene.street, canvas.look
    white = look.pick(rng, "marking")
    centre = look.pick(rng, "centre marking" if scene.yellow_centre else "marking")
    z = np.arange(-4 + rng.uniform(0, 6), 110, 7.0)
    z = np.array([v for v in z if not street.at_crossing(v)])
    dashes = [(k + 0.5) * street.lane_width for k in range(street.lanes_right - 1)]
    dashes += [-(k + 1.5) * street.lane_width for k in range(street.lanes_left - 1)]
    for x in dashes:
        canvas.faces(_quads(np.full(len(z), x), z, 0.15, 3.0), white, LANE_MARKING)
    middle = -0.5 * street.lane_width
    end = street.crossing[0] - 1 if street.crossing else FAR
    for x in (middle - 0.14, middle + 0.14) if scene.yellow_centre else (middle,):
        strip(canvas, (x - 0.07, x + 0.07), (-8, end), centre, LANE_MARKING)
    if street.rails:
        for x in (-street.lane_width - 0.7, -street.lane_width + 0.7):
            rail = look.pick(rng, "rail")
            strip(canvas, (x - 0.06, x + 0.06), (-8, FAR), rail, LABEL_IDS["road"])
    if street.crossing:
        bars = np.arange(street.left + 0.5, street.right, 1.0)
        for z0 in (street.crossing[0] - 2.2, street.crossing[1] + 2.2):
            quads = _quads(bars, np.full(len(bars), z0), 0.5, 2.6)
            canvas.faces(quads, white, LANE_MARKING)


def _tiles(canvas: Canvas, scene: Scene, side: int, colour: Colour) -> None:
    """Draw the joints of regular paving."""
    kerb, width = scene.street.kerb(side), scene.street.sidewalk(side)
    z = np.array([v for v in np.arange(1, 45, 1.5) if not scene.street.at_crossing(v)])
    joint = tuple(c * 0.82 for c in colour)
    x = np.full(len(z), kerb + side * width / 2)
    canvas.faces(_quads(x, z, width, 0.1), joint, LABEL_IDS["sidewalk"])
    for share in (0.33, 0.66):
        x = np.full(len(z), kerb + side * width * share)
        canvas.faces(_quads(x, z, 0.06, 1.6), joint, LABEL_IDS["sidewalk"])


def draw_ground(canvas: Canvas, rng: np.random.Generator, scene: Scene) -> None:
    """Draw road, sidewalks and what lies behind them."""
    street, look = scene.street, canvas.look
    road = look.pick(rng, "road")
    walk = look.pick(rng, "sidewalk")
    strip(canvas, (-300, 300), (-16, 600), look.pick(rng, "ground"), 8)
    for block in scene.blocks:
        _block_ground(canvas, rng, block, scene)
    for side in (-1, 1):
        kerb, width = street.kerb(side), street.sidewalk(side)
        edges = tuple(sorted((kerb, kerb + side * width)))
        strip(canvas, edges, (-16, FAR), walk, LABEL_IDS["sidewalk"])
        if look.tiles:
            _tiles(canvas, scene, side, walk)
        edges = tuple(sorted((kerb, kerb + side * 0.18)))
        curb = look.pick(rng, "curb")
        strip(canvas, edges, (-16, FAR), curb, LABEL_IDS["sidewalk"])
    strip(canvas, (street.left, street.right), (-16, 600), road, LABEL_IDS["road"])
    if street.crossing:
        strip(canvas, (-300, 300), street.crossing, road, LABEL_IDS["road"])
    _paint(canvas, rng, scene)


def _block_ground(
    canvas: Canvas, rng: np.random.Generator, block: Block, scene: Scene
) -> None:
    name = "terrain" if scene.has_terrain else "vegetation"
    colour, label = canvas.look.pick(rng, name), LABEL_IDS[name]
    if block.kind == "building" and not block.lawn:
        return
    start = block.x - block.side * block.lawn
    x = tuple(sorted((start, block.x + block.side * 40)))
    strip(canvas, x, (block.near, block.far), colour, label)


def draw_shadows(canvas: Canvas, scene: Scene) -> None:
    """Shade the ground: along the sun where light is sharp, else under things."""
    slope = -scene.sun / scene.sun[1]
    offset = slope * [1, 0, 1] if canvas.look.sharp_shadow else np.zeros(3)
    shapes = [
        _shadow(item, *_FOOTPRINTS[item.kind], offset)
        for item in scene.items
        if item.kind in _FOOTPRINTS
    ]
    if canvas.look.sharp_shadow:
        for block in scene.blocks:
            if block.kind == "building":
                flat = np.zeros((2, 3))
                flat[:, 0], flat[:, 2] = block.x, (block.near, block.far)
                shapes.append(_hull(flat, offset * block.height * 0.6))
    canvas.darken(shapes)


def _shadow(
    item: Item, width: float, length: float, height: float, offset: np.ndarray
) -> np.ndarray:
    cos, sin = np.cos(item.yaw), np.sin(item.yaw)
    if item.kind in ("tree", "lamp", "bin"):  # their yaw names a side, not an angle
        cos, sin = 1.0, 0.0
    across = np.array([-1, 1, 1, -1]) * width * 1.1
    along = np.array([-1, -1, 1, 1]) * length * 1.05
    flat = np.zeros((4, 3))
    flat[:, 0] = item.x + across * cos + along * sin
    flat[:, 2] = item.z - across * sin + along * cos
    return _hull(flat, offset * height)


def _hull(flat: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return the convex outline of ground points (n, 3) and their shifted copies."""
    both = np.concatenate([flat, flat + shift])[:, [0, 2]].astype(np.float32)
    outline = cv2.convexHull(both)[:, 0].astype(float)
    return np.insert(outline, 1, 0.0, axis=1)
