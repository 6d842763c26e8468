"""A street, described: what one picture will show, before anything is drawn."""

from dataclasses import dataclass, field

import numpy as np

from .camera import Camera
from .layouts import Layout, Range

#: How far the street goes on, in metres.
FAR = 130.0
_PARKING = 2.2


@dataclass(frozen=True)
class Block:
    """What lines one side of the street between two depths."""

    kind: str
    side: int  # -1 left, 1 right
    near: float
    far: float
    x: float  # signed distance of its front from the camera
    height: float
    lawn: float  # depth of the lawn before it
    seed: int


@dataclass(frozen=True)
class Item:
    """One thing standing on the ground; ``yaw`` 0 faces away from the camera."""

    kind: str
    x: float
    z: float
    yaw: float
    seed: int


@dataclass(frozen=True)
class Street:
    """Cross-section of the street, metres from the camera, and its crossroads."""

    left: float  # kerb, negative
    right: float
    sidewalk_left: float  # width
    sidewalk_right: float
    lane_width: float
    lanes_left: int
    lanes_right: int
    parking_left: bool
    parking_right: bool
    verge_left: float  # grass behind the sidewalk, width
    verge_right: float
    crossing: tuple[float, float] | None  # near and far depth
    rails: bool

    def kerb(self, side: int) -> float:
        """Return the signed distance of a side's kerb."""
        return self.right if side > 0 else self.left

    def sidewalk(self, side: int) -> float:
        """Return the width of a side's sidewalk."""
        return self.sidewalk_right if side > 0 else self.sidewalk_left

    def verge(self, side: int) -> float:
        """Return the width of the grass behind a side's sidewalk."""
        return self.verge_right if side > 0 else self.verge_left

    def at_crossing(self, z: float) -> bool:
        """Say whether a depth lies within the crossroads."""
        return self.crossing is not None and self.crossing[0] <= z <= self.crossing[1]


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows; drawing adds no layout of its own."""

    camera: Camera
    street: Street
    sun: np.ndarray  # (3,) unit vector, world axes
    blocks: list[Block]
    has_terrain: bool
    yellow_centre: bool
    hood: bool
    seed: int
    items: list[Item] = field(default_factory=list)


def uniform(rng: np.random.Generator, bounds: Range) -> float:
    """Draw one number between two bounds."""
    return float(rng.uniform(*bounds))


def new_seed(rng: np.random.Generator) -> int:
    """Draw a seed for a part, so that parts do not disturb each other."""
    return int(rng.integers(2**31))


def choose(rng: np.random.Generator, frequencies: dict[str, float]) -> str:
    """Draw a key with the given relative frequencies."""
    weights = np.array(list(frequencies.values()), float)
    return str(rng.choice(list(frequencies), p=weights / weights.sum()))


def sample_camera(
    rng: np.random.Generator, layout: Layout, width: int, height: int
) -> Camera:
    """Draw a viewpoint."""
    elevation = uniform(rng, layout.elevation)
    horizon = uniform(rng, layout.horizon)
    if elevation > 3:  # a high camera looks down
        horizon = min(horizon, layout.horizon[0] + 0.1)
    return Camera(
        width,
        height,
        uniform(rng, layout.focal),
        elevation,
        horizon,
        uniform(rng, layout.yaw),
    )


def sample_street(rng: np.random.Generator, layout: Layout) -> Street:
    """Draw a street; the camera drives on the right, mid-lane."""
    lane = uniform(rng, layout.lane_width)
    left = int(rng.choice(layout.lanes))
    right = 1 + int(rng.random() < layout.extra_lane)
    parking = rng.random(2) < layout.parked
    verges = rng.uniform(1.5, 4.0, 2) * (rng.random(2) < layout.verge)
    crossing = None
    if rng.random() < layout.crossing:
        near = float(rng.uniform(14, 50))
        crossing = (near, near + float(rng.uniform(8, 14)))
    return Street(
        left=-lane * (left + 0.5) - _PARKING * parking[0],
        right=lane * (right - 0.5) + _PARKING * parking[1],
        sidewalk_left=uniform(rng, layout.sidewalk),
        sidewalk_right=uniform(rng, layout.sidewalk),
        lane_width=lane,
        lanes_left=left,
        lanes_right=right,
        parking_left=bool(parking[0]),
        parking_right=bool(parking[1]),
        verge_left=float(verges[0]),
        verge_right=float(verges[1]),
        crossing=crossing,
        rails=bool(rng.random() < layout.train),
    )


def sample_blocks(
    rng: np.random.Generator, layout: Layout, street: Street
) -> list[Block]:
    """Line both sides of the street, from behind the camera to its far end."""
    blocks = []
    for side in (-1, 1):
        near = float(rng.uniform(-12, -4))
        kind = choose(rng, layout.blocks)
        while near < FAR:
            length = float(rng.uniform(9, 24))
            if rng.random() > 0.35:  # neighbours are often alike
                kind = choose(rng, layout.blocks)
            far = near + length
            if street.crossing and near < street.crossing[1] < far:
                near = street.crossing[1]
                far = near + length
            elif street.crossing and near < street.crossing[0] < far:
                far = street.crossing[0]
            lawn = 0.0
            if kind == "building" and rng.random() < layout.lawn:
                lawn = float(rng.uniform(2, 5))
            lawn += street.verge(side)
            x = street.kerb(side) + side * (street.sidewalk(side) + lawn)
            height = uniform(rng, layout.building_height)
            blocks.append(Block(kind, side, near, far, x, height, lawn, new_seed(rng)))
            near = far
            if street.crossing and near == street.crossing[0]:
                near = street.crossing[1]
    return blocks


def sample_sun(rng: np.random.Generator) -> np.ndarray:
    """Draw a direction towards the sun, never below 30 degrees."""
    azimuth = rng.uniform(0, 2 * np.pi)
    height = rng.uniform(np.pi / 6, np.pi / 3)
    flat = np.cos(height)
    return np.array([flat * np.cos(azimuth), np.sin(height), flat * np.sin(azimuth)])
