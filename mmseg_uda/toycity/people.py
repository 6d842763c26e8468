"""Draws pedestrians and riders with their bicycles and motorcycles."""

import numpy as np

from .canvas import Canvas, Colour
from .cutout import CIRCLE, Cutout
from .labels import LABEL_IDS
from .scene import Item


def draw_person(canvas: Canvas, item: Item) -> None:
    """Draw someone walking or standing."""
    rng = np.random.default_rng(item.seed)
    figure = Cutout(canvas, item, float(rng.choice([-1, 1])))
    if not figure.visible:
        return
    look, label = canvas.look, canvas.new_instance(LABEL_IDS["person"])
    tall = float(rng.normal(1.72, 0.09)) * (0.68 if rng.random() < 0.1 else 1.0)
    h = tall / 1.72
    legs, cloth = look.pick(rng, "trousers"), look.pick(rng, "cloth")
    skin, hair = look.pick(rng, "skin"), look.pick(rng, "hair")
    stride = float(rng.uniform(0.02, 0.3)) * h
    hip, neck = 0.84 * h, 1.44 * h
    for side in (-1, 1):
        foot = (side * stride, 0.04)
        figure.limb((side * 0.07 * h, hip), foot, 0.17 * h, legs, label)
        figure.shape(CIRCLE * 0.07 * h + foot, tuple(c * 0.5 for c in legs), label)
    torso = [(-0.2, 1.44), (0.2, 1.44), (0.17, 0.8), (-0.17, 0.8)]
    figure.shape(np.array(torso) * h, cloth, label)
    swing = stride * 0.9
    for side in (-1, 1):
        hand = (side * 0.24 * h - side * swing * 0.5, 0.82 * h)
        sleeve = tuple(c * 0.85 for c in cloth)
        figure.limb((side * 0.2 * h, neck), hand, 0.11 * h, sleeve, label)
        figure.shape(CIRCLE * 0.05 * h + hand, skin, label)
    _head(figure, (0.0, 1.58 * h), 0.125 * h, skin, hair, label)


def _head(
    figure: Cutout,
    centre: tuple[float, float],
    radius: float,
    skin: Colour,
    hair: Colour,
    label: int,
) -> None:
    figure.shape(CIRCLE * radius * [0.85, 1.1] + centre, skin, label)
    top = CIRCLE[:9] * radius * [0.95, 1.15] + centre + [0, radius * 0.1]
    figure.shape(top, hair, label)


def _bicycle(figure: Cutout, colour: Colour, tyre: Colour, label: int) -> None:
    for x in (-0.52, 0.52):
        disc = CIRCLE * 0.34 + (x, 0.34)
        figure.shape(disc, None, label)  # the label fills the wheel, as annotators do
        figure.ring((x, 0.34), 0.34, 0.09, tyre)
    bars = [
        ((-0.52, 0.34), (-0.18, 0.85)),
        ((-0.52, 0.34), (0.0, 0.3)),
        ((0.0, 0.3), (-0.2, 0.92)),
        ((0.0, 0.3), (0.38, 0.85)),
        ((-0.18, 0.82), (0.38, 0.85)),
        ((0.52, 0.34), (0.36, 0.98)),
        ((0.36, 0.98), (0.2, 1.02)),
        ((-0.32, 0.94), (-0.08, 0.94)),
    ]
    for a, b in bars:
        figure.limb(a, b, 0.07, colour, label)


def _motorcycle(figure: Cutout, colour: Colour, tyre: Colour, label: int) -> None:
    for x in (-0.68, 0.68):
        figure.shape(CIRCLE * 0.32 + (x, 0.32), tyre, label)
        figure.shape(CIRCLE * 0.14 + (x, 0.32), (150, 152, 154), label)
    body = [(-0.85, 0.7), (-0.8, 0.88), (0.0, 0.8), (0.35, 0.98), (0.5, 0.75)]
    body += [(0.3, 0.3), (-0.35, 0.28), (-0.5, 0.55)]
    figure.shape(body, colour, label)
    figure.shape([(-0.3, 0.25), (-0.25, 0.5), (0.25, 0.5), (0.3, 0.25)], tyre, label)
    figure.limb((0.68, 0.32), (0.4, 1.05), 0.1, tyre, label)
    figure.limb((0.42, 1.02), (0.25, 1.1), 0.08, tyre, label)
    figure.shape(CIRCLE * 0.09 + (0.55, 0.85), (240, 238, 220), label)


def _rider(
    figure: Cutout, rng: np.random.Generator, motorcycle: bool, label: int
) -> None:
    look = figure.canvas.look
    legs, cloth = look.pick(rng, "trousers"), look.pick(rng, "cloth")
    skin, hair = look.pick(rng, "skin"), look.pick(rng, "hair")
    helmet = motorcycle or rng.random() < 0.4
    seat, lean = (-0.2, 0.9), float(rng.uniform(0.15, 0.35))
    shoulder = (seat[0] + lean, 1.45)
    knee, foot = (0.2, 0.78), (0.05, 0.25)
    figure.limb(seat, knee, 0.19, legs, label)
    figure.limb(knee, foot, 0.15, legs, label)
    figure.limb((seat[0] - 0.02, 0.82), shoulder, 0.36, cloth, label)
    sleeve = tuple(c * 0.85 for c in cloth)
    figure.limb((shoulder[0], 1.38), (0.32, 1.05), 0.13, sleeve, label)
    centre = (shoulder[0] + 0.06, 1.64)
    _head(
        figure, centre, 0.14, skin, look.pick(rng, "helmet") if helmet else hair, label
    )


def draw_cycle(canvas: Canvas, item: Item) -> None:
    """Draw a bicycle or motorcycle, with its rider if the kind says so."""
    rng = np.random.default_rng(item.seed)
    heading = item.yaw - canvas.camera.yaw
    across = float(np.sin(heading))
    # Seen along its length a cycle is narrow, but never without width.
    squeeze = np.copysign(max(abs(across), 0.34), across or 1.0)
    figure = Cutout(canvas, item, float(squeeze))
    if not figure.visible:
        return
    motorcycle = item.kind.endswith("motorcycle")
    name = "motorcycle" if motorcycle else "bicycle"
    look, label = canvas.look, canvas.new_instance(LABEL_IDS[name])
    colour, tyre = look.pick(rng, name), look.pick(rng, "tyre")
    (_motorcycle if motorcycle else _bicycle)(figure, colour, tyre, label)
    if item.kind.startswith("ridden"):
        rider = Cutout(
            canvas, item, float(np.copysign(max(abs(squeeze), 0.62), squeeze))
        )
        _rider(rider, rng, motorcycle, canvas.new_instance(LABEL_IDS["rider"]))
