"""Fills a street: vehicles in lanes, people on sidewalks, poles along the kerb."""

import numpy as np

from .layouts import Layout
from .scene import (
    FAR,
    Item,
    Scene,
    Street,
    choose,
    new_seed,
    sample_blocks,
    sample_camera,
    sample_street,
    sample_sun,
)

#: Road a vehicle takes up, in metres.
_LENGTHS = dict(car=4.4, van=5.0, truck=8.5, bus=12.0, tram=26.0)


def _row(
    rng: np.random.Generator,
    x: float,
    yaw: float,
    gap: float,
    kinds: dict[str, float],
    start: float,
) -> list[Item]:
    """Place vehicles one behind the other along a lane."""
    items = []
    z = start + float(rng.exponential(gap))
    while z < 90:
        kind = choose(rng, kinds)
        length = _LENGTHS[kind]
        z += length / 2
        turn = yaw + float(rng.normal(0, 0.02))
        wobble = x + float(rng.normal(0, 0.12))
        items.append(Item(kind, wobble, z, turn, new_seed(rng)))
        z += length / 2 + 1.5 + float(rng.exponential(gap))
    return items


def _vehicles(rng: np.random.Generator, layout: Layout, street: Street) -> list[Item]:
    items, lane = [], street.lane_width
    for i in range(street.lanes_right):
        start = 6.0 if i == 0 else 2.0
        items += _row(rng, i * lane, 0.0, layout.gap, layout.vehicles, start)
    for i in range(1, street.lanes_left + 1):
        if i == 1 and street.rails:
            z = float(rng.uniform(24, 55))
            items.append(Item("tram", -lane, z, np.pi, new_seed(rng)))
        else:
            items += _row(rng, -i * lane, np.pi, layout.gap, layout.vehicles, 2.0)
    for side, parking in ((-1, street.parking_left), (1, street.parking_right)):
        if parking:
            x = street.kerb(side) - side * 1.15
            row = _row(rng, x, np.pi * (side < 0), 2.5, dict(car=10, van=1.2), 1.0)
            items += [v for v in row if not street.at_crossing(v.z)]
    if street.crossing and rng.random() < 0.5:
        near, far = street.crossing
        side = 1 if rng.random() < 0.5 else -1
        z = near + (far - near) * (0.7 if side > 0 else 0.3)
        kind = choose(rng, layout.vehicles)
        x = float(rng.uniform(-14, 14))
        clear = [v for v in items if abs(v.x - x) > 9 or abs(v.z - z) > 10]
        items = [*clear, Item(kind, x, z, side * np.pi / 2, new_seed(rng))]
    return items


def _spots(
    rng: np.random.Generator, street: Street, inset: tuple[float, float]
) -> tuple[float, float, int]:
    """Draw a place on a sidewalk, ``inset`` in shares of its width from the kerb."""
    side = 1 if rng.random() < 0.5 else -1
    share = float(rng.uniform(*inset))
    z = float(6 + 50 * rng.random() ** 1.4)
    return street.kerb(side) + side * share * street.sidewalk(side), z, side


def _people(rng: np.random.Generator, layout: Layout, street: Street) -> list[Item]:
    items = []
    for _ in range(rng.poisson(layout.walkers)):
        x, z, _ = _spots(rng, street, (0.15, 0.9))
        if rng.random() < 0.12 or street.at_crossing(z):
            x = float(rng.uniform(street.left, street.right))
            z = max(z, 9.0)
        items.append(Item("person", x, z, 0.0, new_seed(rng)))
        if rng.random() < 0.3:  # company
            items.append(Item("person", x + 0.6, z + 0.2, 0.0, new_seed(rng)))
    for _ in range(rng.poisson(layout.riders)):
        side = 1 if rng.random() < 0.6 else -1
        kind = "ridden bicycle" if rng.random() < 0.72 else "ridden motorcycle"
        room = 2.6 if (street.parking_right, street.parking_left)[side < 0] else 0.7
        x = street.kerb(side) - side * room
        z = float(7 + 30 * rng.random())
        yaw = np.pi * (side < 0) + float(rng.normal(0, 0.2))
        if rng.random() < 0.3:
            x = float(rng.uniform(street.left, street.right))
            yaw = np.pi / 2 * (1 if rng.random() < 0.5 else -1)
        items.append(Item(kind, x, z, yaw, new_seed(rng)))
    for _ in range(rng.poisson(layout.bicycles)):
        x, z, side = _spots(rng, street, (0.12, 0.4))
        kind = "bicycle" if rng.random() < 0.75 else "motorcycle"
        yaw = np.pi / 2 * side + float(rng.normal(0, 0.5))
        for i in range(1 + int(rng.integers(3)) * (kind == "bicycle")):
            items.append(Item(kind, x, z + 0.7 * i, yaw, new_seed(rng)))
    return items


def _along_kerb(
    rng: np.random.Generator, street: Street, kind: str, gap: float, inset: float
) -> list[Item]:
    items = []
    for side in (-1, 1):
        if rng.random() < 0.25:
            continue
        step = gap * float(rng.uniform(0.8, 1.3))
        for z in np.arange(float(rng.uniform(3, step)), FAR * 0.8, step):
            if not street.at_crossing(z):
                x = street.kerb(side) + side * inset
                items.append(Item(kind, x, float(z), float(side), new_seed(rng)))
    return items


def _furniture(rng: np.random.Generator, layout: Layout, street: Street) -> list[Item]:
    items = _along_kerb(rng, street, "lamp", layout.lamps, 0.5)
    items += _along_kerb(rng, street, "tree", layout.trees, 0.9)
    for _ in range(rng.poisson(layout.signs)):
        x, z, side = _spots(rng, street, (0.1, 0.3))
        items.append(Item("sign", x, z, float(side), new_seed(rng)))
    for _ in range(rng.poisson(layout.clutter)):
        x, z, side = _spots(rng, street, (0.2, 0.9))
        items.append(Item("bin", x, z, float(side), new_seed(rng)))
    if street.crossing and rng.random() < 0.75:
        for z in (street.crossing[0] - 1.0, street.crossing[1] + 1.0):
            for side in (-1, 1):
                x = street.kerb(side) + side * 0.4
                items.append(Item("signal", x, z, float(side), new_seed(rng)))
    return items


def sample_scene(
    rng: np.random.Generator, layout: Layout, width: int, height: int
) -> Scene:
    """Describe one picture.

    Args:
        rng: Source of everything random in the scene.
        layout: Frequencies of the domain.
        width: Image width in pixels.
        height: Image height in pixels.
    """
    camera = sample_camera(rng, layout, width, height)
    street = sample_street(rng, layout)
    return Scene(
        camera=camera,
        street=street,
        sun=sample_sun(rng),
        blocks=sample_blocks(rng, layout, street),
        has_terrain=layout.has_terrain,
        yellow_centre=layout.yellow_centre,
        hood=bool(rng.random() < layout.hood),
        seed=new_seed(rng),
        items=[
            *_vehicles(rng, layout, street),
            *_people(rng, layout, street),
            *_furniture(rng, layout, street),
        ],
    )
