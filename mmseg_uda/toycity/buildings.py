"""Draws what lines the street: houses, walls, fences, parks and the skyline."""

import numpy as np

from .canvas import Canvas, Colour
from .labels import LABEL_IDS
from .plants import draw_hedge, draw_tree
from .scene import FAR, Block, Scene

_BUILDING = LABEL_IDS["building"]
#: Depth, in metres, beyond which windows are smaller than a pixel.
_WINDOWS_END = 65.0


def _upright(
    start: np.ndarray, along: np.ndarray, spans: np.ndarray, heights: np.ndarray
) -> np.ndarray:
    """Return upright rectangles (m, 4, 3) on a plane.

    Args:
        start: World point (3,) at the plane's foot.
        along: Unit vector (3,) along the plane.
        spans: From and to along it, (m, 2) metres.
        heights: Bottom and top, (m, 2) metres.
    """
    u = spans[:, [0, 1, 1, 0]]
    v = heights[:, [0, 0, 1, 1]]
    return start + u[..., None] * along + v[..., None] * np.array([0, 1.0, 0])


def _windows(
    canvas: Canvas,
    rng: np.random.Generator,
    start: np.ndarray,
    along: np.ndarray,
    size: tuple[float, float],
) -> None:
    """Put rows of windows on a facade of (length, height) metres."""
    bay, floor = rng.uniform(2.4, 3.8), rng.uniform(2.9, 3.6)
    width, height = bay * rng.uniform(0.35, 0.6), floor * rng.uniform(0.42, 0.6)
    columns, rows = int(size[0] // bay), int((size[1] - 0.8) // floor)
    if columns < 1 or rows < 1:
        return
    margin = (size[0] - columns * bay) / 2
    left = margin + (np.arange(columns) + 0.5) * bay - width / 2
    base = np.arange(rows) * floor + 1.1
    u, v = (grid.ravel() for grid in np.meshgrid(left, base))
    spans, heights = np.stack([u, u + width], -1), np.stack([v, v + height], -1)
    dark = rng.random(len(u)) < (1.0 if canvas.look.tiles else 0.75)
    for part, material in ((dark, "window"), (~dark, "window lit")):
        quads = _upright(start, along, spans[part], heights[part])
        canvas.faces(quads, canvas.look.pick(rng, material), _BUILDING)
    if rng.random() < 0.3:  # a shop
        span, height = np.array([[0.4, size[0] - 0.4]]), np.array([[0.4, 2.6]])
        glass = canvas.look.pick(rng, "glass")
        canvas.faces(_upright(start, along, span, height), glass, _BUILDING)
        sign = canvas.look.pick(rng, "shop")
        board = _upright(start, along, span, np.array([[2.6, 3.3]]))
        canvas.faces(board, sign, _BUILDING)


def draw_house(
    canvas: Canvas,
    rng: np.random.Generator,
    block: Block,
    setback: float = 0.0,
) -> None:
    """Draw a house: the end facing the camera, then the facade along the street."""
    side, height = block.side, block.height
    x = block.x + side * setback
    colour = canvas.look.pick(rng, "building")
    length = block.far - block.near
    ends = (np.array([x, 0, block.near]), np.array([side, 0.0, 0]), 14.0)
    front = (np.array([x, 0, block.near]), np.array([0, 0, 1.0]), length)
    normals = (np.array([0, 0, -1.0]), np.array([-side, 0, 0.0]))
    if rng.random() < 0.5:
        _roof(canvas, rng, block, x)
    for (start, along, span), normal in zip((ends, front), normals, strict=True):
        wall = _upright(start, along, np.array([[0, span]]), np.array([[0, height]]))[0]
        canvas.face(wall, canvas.lit(colour, normal), _BUILDING)
        if block.near < _WINDOWS_END:
            _windows(canvas, rng, start, along, (span, height))
        edge = np.array([[height - 0.5, height]])
        cornice = _upright(start, along, np.array([[0, span]]), edge)[0]
        canvas.face(cornice, tuple(c * 0.75 for c in colour), _BUILDING)


def _roof(canvas: Canvas, rng: np.random.Generator, block: Block, x: float) -> None:
    back, top = x + block.side * 6, block.height + float(rng.uniform(2, 4))
    slope = [
        (x, block.height, block.near),
        (back, top, block.near),
        (back, top, block.far),
        (x, block.height, block.far),
    ]
    colour = canvas.look.pick(rng, "roof")
    canvas.face(np.array(slope), colour, _BUILDING)
    gable = [slope[0], slope[1], (x + block.side * 12, block.height, block.near)]
    canvas.face(np.array(gable), colour, _BUILDING)


def _wall(canvas: Canvas, rng: np.random.Generator, block: Block) -> None:
    height = 1.4 + 1.8 * rng.random()
    start, along = np.array([block.x, 0, block.near]), np.array([0, 0, 1.0])
    length = block.far - block.near
    colour = canvas.look.pick(rng, "wall")
    lit = canvas.lit(colour, np.array([-block.side, 0, 0.0]))
    label = LABEL_IDS["wall"]
    whole = _upright(start, along, np.array([[0, length]]), np.array([[0, height]]))
    canvas.face(whole[0], lit, label)
    rows = np.arange(0.4, height, 0.4 if canvas.look.tiles else 0.8)
    spans = np.tile([[0.0, length]], (len(rows), 1))
    lines = _upright(start, along, spans, np.stack([rows, rows + 0.05], -1))
    for line in lines:
        canvas.face(line, tuple(c * 0.8 for c in lit), label)
    cap = _upright(start, along, spans[:1], np.array([[height - 0.12, height]]))[0]
    canvas.face(cap, tuple(c * 1.15 for c in lit), label)


def _fence(canvas: Canvas, rng: np.random.Generator, block: Block) -> None:
    """Draw pickets one can look through; the label covers the whole fence."""
    height = 1.1 + 0.9 * rng.random()
    start, along = np.array([block.x, 0, block.near]), np.array([0, 0, 1.0])
    length, label = block.far - block.near, LABEL_IDS["fence"]
    colour = canvas.look.pick(rng, "fence")
    whole = _upright(start, along, np.array([[0, length]]), np.array([[0, height]]))
    canvas.face(whole[0], None, label)
    gap = float(rng.uniform(0.3, 0.55))
    posts = np.arange(0, length, gap)
    spans = np.stack([posts, posts + gap * 0.5], -1)
    heights = np.tile([[0.0, height]], (len(posts), 1))
    canvas.faces(_upright(start, along, spans, heights), colour, label)
    for rail in (0.15, height - 0.15):
        bar = np.array([[rail, rail + 0.12]])
        canvas.face(
            _upright(start, along, np.array([[0, length]]), bar)[0], colour, None
        )


def _greenery(canvas: Canvas, rng: np.random.Generator, block: Block) -> None:
    if block.kind == "park" or rng.random() < 0.3:
        x = block.x + block.side * 0.8
        draw_hedge(canvas, rng, x, (block.near, block.far), 1.0 + 1.2 * rng.random())
    count = int(rng.integers(3, 7)) if block.kind == "park" else int(rng.integers(2))
    for z in sorted(rng.uniform(block.near, block.far, count), reverse=True):
        x = block.x + block.side * float(rng.uniform(1.5, 9))
        draw_tree(canvas, rng, x, float(z), float(rng.uniform(5, 11)))


def draw_block(canvas: Canvas, block: Block) -> None:
    """Draw one block and, where it is low, what stands behind it."""
    rng = np.random.default_rng(block.seed)
    if block.kind == "building":
        draw_house(canvas, rng, block)
        return
    if rng.random() < 0.5:
        draw_house(canvas, rng, block, setback=float(rng.uniform(10, 22)))
    else:
        back = block.x + block.side * 14
        draw_hedge(canvas, rng, back, (block.near, block.far), 6 + 4 * rng.random())
    if block.kind == "wall":
        _wall(canvas, rng, block)
    elif block.kind == "fence":
        _greenery(canvas, rng, block)
        _fence(canvas, rng, block)
    else:
        _greenery(canvas, rng, block)


def draw_skyline(canvas: Canvas, rng: np.random.Generator, scene: Scene) -> None:
    """Close the view: houses and trees far behind the end of the street."""
    along = np.array([np.cos(scene.camera.yaw), 0, -np.sin(scene.camera.yaw)])
    ahead = np.array([np.sin(scene.camera.yaw), 0, np.cos(scene.camera.yaw)])
    start = ahead * (FAR + 30)
    u = -140.0
    while u < 140:
        width = float(rng.uniform(10, 30))
        house = rng.random() < 0.55
        height = float(rng.uniform(5, 24) if house else rng.uniform(5, 11))
        colour: Colour = canvas.look.pick(rng, "building" if house else "vegetation")
        label = LABEL_IDS["building" if house else "vegetation"]
        span, tall = np.array([[u, u + width]]), np.array([[-1, height]])
        canvas.face(_upright(start, along, span, tall)[0], colour, label)
        u += width
