"""Draws cars, vans, trucks, buses and trams."""

import numpy as np

from .canvas import Canvas, Colour
from .cutout import CIRCLE
from .labels import INSTANCE_SHIFT, LABEL_IDS
from .scene import Item
from .solid import Points, Solid

#: Depths, in metres, beyond which parts are too small to be worth drawing: lamps and
#: plates, and the foreshortened flanks of a car in its lane.
_DETAIL = 45.0
_FLANK_DETAIL = 26.0


def _box(l0: float, y0: float, l1: float, y1: float) -> np.ndarray:
    return np.array([(l0, y0), (l0, y1), (l1, y1), (l1, y0)])


def _wheels(
    solid: Solid, rng: np.random.Generator, spots: list[float], radius: float, at: float
) -> None:
    look = solid.canvas.look
    tyre, hub = look.pick(rng, "tyre"), look.pick(rng, "hub")
    for spot in spots:
        centre = np.array([spot, radius])
        solid.on_sides(centre + CIRCLE * radius, at, tyre)
        if solid.depth < _DETAIL:
            solid.on_sides(centre + CIRCLE * radius * 0.55, at, hub)


def _ends(
    solid: Solid, rng: np.random.Generator, back: float, front: float, wide: float
) -> None:
    """Draw lamps, plates and what shows of the wheels from behind or ahead."""
    look = solid.canvas.look
    tyre = look.pick(rng, "tyre")
    for at, material in ((back, "taillight"), (front, "headlight")):
        lamp = look.pick(rng, material)
        for side in (-1, 1):
            outer, inner = side * wide * 0.96, side * wide * 0.62
            solid.on_end((outer, 0.0, side * wide * 0.72, 0.42), at, tyre)
            if solid.depth < _DETAIL:
                solid.on_end((outer, 0.66, inner, 0.84), at, lamp)
        if solid.depth < _DETAIL:
            plate = look.pick(rng, "plate")
            instance = solid.label >> INSTANCE_SHIFT
            label = LABEL_IDS["license plate"] | (instance << INSTANCE_SHIFT)
            solid.on_end((-0.26, 0.42, 0.26, 0.54), at, plate, label)


def _darker(colour: Colour, gain: float = 0.6) -> Colour:
    return tuple(c * gain for c in colour)


def _car(solid: Solid, rng: np.random.Generator, van: bool) -> None:
    look = solid.canvas.look
    body, glass = look.pick(rng, "car"), look.pick(rng, "glass")
    half, wide = (2.5, 0.98) if van else (2.15, 0.88)
    top = 2.0 if van else float(rng.uniform(1.4, 1.65))
    lower: Points = [(-half, 0.25), (-half, 0.95), (half - 1.1, 0.98), (half, 0.72)]
    lower.append((half, 0.25))
    solid.prism(lower, wide, [body] * 5, body)
    hatch = 0.1 if van else float(rng.choice([0.15, 0.3, 0.75]))
    slope = 0.5 if van else 0.75
    start, end = -half + hatch * 0.3, half - 1.05
    cabin: Points = [(start, 0.95), (start + hatch, top), (end - slope, top)]
    cabin.append((end, 0.97))
    inset = wide - 0.12 * (not van)
    solid.prism(cabin, inset, [glass, body, glass, body], body)
    if solid.depth < _FLANK_DETAIL or abs(np.sin(solid.yaw)) > 0.3:
        edge, posts = top - 0.12, (start + hatch, end - slope)
        _car_flanks(solid, (half, wide, inset), (start + hatch * 0.2, edge, *posts))
        _wheels(solid, rng, [-half + 0.8, half - 0.85], 0.33, wide)
    _ends(solid, rng, -half, half, wide)


def _car_flanks(
    solid: Solid,
    sizes: tuple[float, float, float],
    cabin: tuple[float, float, float, float],
) -> None:
    """Draw the side windows and the sill.

    Args:
        solid: The car.
        sizes: Half length, half width, and half width of the cabin.
        cabin: Rear lower end of the windows, their upper edge, and where the roof
            begins and ends along the car.
    """
    half, wide, inset = sizes
    rear, edge, roof_start, roof_end = cabin
    glass, sill = (44.0, 52.0, 60.0), (40.0, 40.0, 42.0)
    middle = (roof_start + roof_end) / 2
    window = [(rear + 0.12, 1.0), (roof_start + 0.1, edge)]
    window += [(middle - 0.06, edge), (middle - 0.06, 1.0)]
    solid.on_sides(np.array(window), inset, glass)
    window = [(middle + 0.06, 1.0), (middle + 0.06, edge)]
    window += [(roof_end - 0.08, edge), (roof_end + 0.45, 1.0)]
    solid.on_sides(np.array(window), inset, glass)
    solid.on_sides(_box(-half, 0.25, half, 0.36), wide, sill)


def _truck(solid: Solid, rng: np.random.Generator) -> None:
    look = solid.canvas.look
    cargo, cab = look.pick(rng, "truck"), look.pick(rng, "truck")
    glass, dark = look.pick(rng, "glass"), _darker(look.pick(rng, "tyre"), 1.4)
    parts = [
        ([(-4.1, 0.9), (-4.1, 3.5), (1.9, 3.5), (1.9, 0.9)], 1.25, cargo),
        ([(-4.1, 0.4), (-4.1, 0.9), (2.0, 0.9), (2.0, 0.4)], 1.2, dark),
        ([(2.1, 0.4), (2.1, 2.9), (3.7, 2.9), (4.1, 1.6), (4.1, 0.4)], 1.2, cab),
    ]
    faces_away = np.cos(solid.yaw) > 0  # then the cab is the far end
    for profile, wide, colour in reversed(parts) if faces_away else parts:
        solid.prism(profile, wide, [colour] * len(profile), colour)
    solid.on_sides(
        np.array([(2.5, 1.7), (2.5, 2.6), (3.5, 2.6), (3.8, 1.7)]), 1.2, glass
    )
    solid.on_end((-1.05, 1.65, 1.05, 2.7), 4.1, glass)
    solid.on_end((-0.03, 0.95, 0.03, 3.45), -4.1, _darker(cargo))
    _wheels(solid, rng, [-3.1, -2.1, 3.1], 0.48, 1.22)
    _ends(solid, rng, -4.1, 4.1, 1.2)


def _coach(solid: Solid, rng: np.random.Generator, material: str, half: float) -> None:
    """Draw a bus or one car of a tram: a long box with a band of windows."""
    look = solid.canvas.look
    body, glass = look.pick(rng, material), look.pick(rng, "glass")
    tram = material == "train"
    top = 3.4 if tram else 3.0
    low = 0.15 if tram else 0.35
    shape: Points = [(-half, low), (-half, top - 0.2), (0.2 - half, top)]
    shape += [(half - 0.2, top), (half, top - 0.2), (half, low)]
    roof = _darker(body, 0.8)
    solid.prism(shape, 1.25, [body, roof, roof, roof, body, _darker(body)], body)
    for start in np.arange(-half + 0.4, half - 1.2, 1.5):
        solid.on_sides(_box(start, 1.4, start + 1.3, 2.5), 1.25, glass)
    if tram:
        stripe = look.pick(rng, "train")
        solid.on_sides(_box(-half, 0.5, half, 0.9), 1.25, stripe)
        solid.on_end((-1.25, 0.4, 1.25, 0.9), -half, stripe)
        solid.on_end((-1.25, 0.4, 1.25, 0.9), half, stripe)
    else:
        _wheels(solid, rng, [-half + 2.2, half - 2.4], 0.48, 1.25)
    for at in (-half, half):
        solid.on_end((-1.05, 1.25, 1.05, 2.5), at, glass)
        solid.on_end((-0.5, 2.62, 0.5, 2.85), at, look.pick(rng, "lamp green"))
    _ends(solid, rng, -half, half, 1.25)


def draw_vehicle(canvas: Canvas, item: Item) -> None:
    """Draw a vehicle of any kind."""
    rng = np.random.default_rng(item.seed)
    name = {"van": "car", "tram": "train"}.get(item.kind, item.kind)
    label = canvas.new_instance(LABEL_IDS[name])
    solid = Solid(canvas, item.x, item.z, item.yaw, label)
    if item.kind in ("car", "van"):
        _car(solid, rng, item.kind == "van")
    elif item.kind == "truck":
        _truck(solid, rng)
    elif item.kind == "bus":
        _coach(solid, rng, "bus", 5.8)
    else:
        seed = int(rng.integers(2**31))
        for place in sorted((-1, 1), key=lambda p: -(item.z + p * np.cos(item.yaw))):
            shift = 6.6 * place
            x = item.x + shift * np.sin(item.yaw)
            z = item.z + shift * np.cos(item.yaw)
            part = Solid(canvas, x, z, item.yaw, label)
            _coach(part, np.random.default_rng(seed), "train", 6.3)
