"""Draws what stands along the kerb: lamps, signs, signals, bins."""

import numpy as np

from .canvas import Canvas, Colour
from .cutout import CIRCLE, Cutout
from .labels import LABEL_IDS
from .plants import draw_tree
from .scene import Item

_POLE, _SIGN = LABEL_IDS["pole"], LABEL_IDS["traffic sign"]


def _post(figure: Cutout, colour: Colour, height: float, width: float) -> None:
    figure.limb((0, 0), (0, height), width, colour, _POLE)


def _lamp(figure: Cutout, rng: np.random.Generator, side: float) -> None:
    colour = figure.canvas.look.pick(rng, "pole")
    height, arm = float(rng.uniform(6, 9)), float(rng.uniform(1.0, 2.2))
    _post(figure, colour, height, 0.2)
    figure.limb((0, height), (-side * arm, height + 0.3), 0.14, colour, _POLE)
    head = (-side * (arm + 0.7), height + 0.3)
    figure.limb((-side * arm, height + 0.3), head, 0.2, colour, _POLE)


def _plate(figure: Cutout, rng: np.random.Generator, height: float) -> None:
    """Draw one of five kinds of sign, centred at a height."""
    look = figure.canvas.look
    red, white = look.pick(rng, "sign red"), look.pick(rng, "sign white")
    blue, yellow = look.pick(rng, "sign blue"), look.pick(rng, "sign yellow")
    triangle = np.array([(-0.45, -0.3), (0.45, -0.3), (0, 0.48)])
    diamond = np.array([(0, -0.45), (0.45, 0), (0, 0.45), (-0.45, 0)])
    square = np.array([(-0.36, -0.36), (0.36, -0.36), (0.36, 0.36), (-0.36, 0.36)])
    octagon = CIRCLE[::2] * 0.42
    kinds = [
        [(CIRCLE * 0.4, red), (CIRCLE * 0.28, white)],
        [(triangle, red), (triangle * 0.6, white)],
        [(diamond, white), (diamond * 0.8, yellow)],
        [(square, blue), (square * 0.5, white)],
        [(octagon, red), (square * [0.8, 0.25], white)],
    ]
    for points, colour in kinds[rng.integers(len(kinds))]:
        figure.shape(points + np.array([0, height]), colour, _SIGN)


def _sign(figure: Cutout, rng: np.random.Generator) -> None:
    height = float(rng.uniform(2.2, 2.8))
    _post(figure, figure.canvas.look.pick(rng, "pole"), height + 0.3, 0.12)
    if rng.random() < 0.2:
        back = figure.canvas.look.pick(rng, "sign back")
        figure.shape(CIRCLE * 0.38 + [0, height], back, 0)  # backs are not annotated
        return
    _plate(figure, rng, height)
    if rng.random() < 0.25:
        _plate(figure, rng, height - 0.85)


def _box(figure: Cutout, rng: np.random.Generator, x: float, y: float) -> None:
    """Draw a light box with one of its three lamps lit."""
    look, label = figure.canvas.look, LABEL_IDS["traffic light"]
    case = np.array([(-0.22, 0), (0.22, 0), (0.22, 1.05), (-0.22, 1.05)])
    figure.shape(case + np.array([x, y]), look.pick(rng, "light box"), label)
    lit = int(rng.choice([0, 2]))
    for i in range(3):
        colour = (30.0, 30.0, 30.0)
        if i == lit:
            colour = look.pick(rng, "lamp red" if lit == 2 else "lamp green")
        figure.shape(CIRCLE * 0.14 + [x, y + 0.19 + 0.33 * i], colour, label)


def _signal(figure: Cutout, rng: np.random.Generator, side: float) -> None:
    colour = figure.canvas.look.pick(rng, "pole")
    if rng.random() < 0.45:  # hangs over the road
        _post(figure, colour, 5.6, 0.2)
        arm = float(rng.uniform(2.5, 4.5))
        figure.limb((0, 5.5), (-side * arm, 5.6), 0.16, colour, _POLE)
        _box(figure, rng, -side * arm, 4.9)
    else:
        _post(figure, colour, 2.5, 0.16)
    _box(figure, rng, 0.0, 2.4)


def _bin(figure: Cutout, rng: np.random.Generator) -> None:
    colour = figure.canvas.look.pick(rng, "static")
    body = np.array([(-0.28, 0), (0.28, 0), (0.33, 0.95), (-0.33, 0.95)])
    figure.shape(body, colour, LABEL_IDS["static"])
    lid = np.array([(-0.36, 0.95), (0.36, 0.95), (0.3, 1.1), (-0.3, 1.1)])
    figure.shape(lid, tuple(c * 0.7 for c in colour), LABEL_IDS["static"])


def draw_furniture(canvas: Canvas, item: Item) -> None:
    """Draw a lamp, sign, signal, bin or street tree; ``item.yaw`` holds its side."""
    rng = np.random.default_rng(item.seed)
    if item.kind == "tree":
        draw_tree(canvas, rng, item.x, item.z, float(rng.uniform(4.5, 8.5)))
        return
    figure = Cutout(canvas, item)
    if not figure.visible:
        return
    if item.kind == "lamp":
        _lamp(figure, rng, item.yaw)
    elif item.kind == "sign":
        _sign(figure, rng)
    elif item.kind == "signal":
        _signal(figure, rng, item.yaw)
    else:
        _bin(figure, rng)
