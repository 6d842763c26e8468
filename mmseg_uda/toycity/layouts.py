"""What stands where, and how often: one layout per domain."""

from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Frequencies and sizes of a domain's streets; lengths in metres.

    Args:
        focal: Focal length in image widths.
        elevation: Camera height.
        horizon: Row of the horizon, share of the image height.
        yaw: Viewing direction, radians.
        lanes: Numbers of lanes to choose from, on the far (oncoming) side.
        extra_lane: Chance of a second lane on the own side.
        lane_width: Width of a lane.
        sidewalk: Width of a sidewalk.
        blocks: Relative frequency of what lines the street.
        building_height: Height of buildings.
        lawn: Chance that a building stands behind a lawn.
        verge: Chance, per side, that grass runs along the sidewalk.
        has_terrain: Whether lawns are labelled terrain (else vegetation).
        crossing: Chance of a crossroads.
        parked: Chance of a parking row per side.
        gap: Mean gap between driving vehicles.
        vehicles: Relative frequency of driving vehicles.
        train: Chance of a tram.
        walkers: Mean number of pedestrians.
        riders: Mean number of riders.
        bicycles: Mean number of parked bicycles and motorcycles.
        lamps: Mean distance between street lamps on a side.
        signs: Mean number of signs.
        trees: Mean distance between street trees on a side.
        clutter: Mean number of bins and boxes (void).
        yellow_centre: Whether the centre line is yellow.
        hood: Chance of seeing the own car's bonnet (void).
    """

    focal: Range = (0.8, 1.0)
    elevation: Range = (1.3, 2.0)
    horizon: Range = (0.4, 0.5)
    yaw: Range = (-0.08, 0.08)
    lanes: tuple[int, ...] = (1, 2, 2, 3)
    extra_lane: float = 0.5
    lane_width: Range = (3.3, 3.8)
    sidewalk: Range = (2.5, 5.0)
    blocks: dict[str, float] = field(
        default_factory=lambda: dict(
            building=10, park=2.2, wall=1.3, fence=1.3, field=1.2
        )
    )
    building_height: Range = (6.0, 28.0)
    lawn: float = 0.25
    verge: float = 0.3
    has_terrain: bool = True
    crossing: float = 0.4
    parked: float = 0.3
    gap: float = 22.0
    vehicles: dict[str, float] = field(
        default_factory=lambda: dict(car=10, van=2, truck=0.8, bus=0.5)
    )
    train: float = 0.06
    walkers: float = 4.0
    riders: float = 0.6
    bicycles: float = 0.6
    lamps: float = 26.0
    signs: float = 2.0
    trees: float = 22.0
    clutter: float = 1.0
    yellow_centre: bool = True
    hood: float = 0.0


LAYOUTS = {
    "gta5": Layout(),
    "synthia": Layout(
        focal=(0.7, 0.95),
        elevation=(1.4, 6.5),
        horizon=(0.2, 0.42),
        yaw=(-0.4, 0.4),
        lanes=(1, 1, 2, 2),
        sidewalk=(3.0, 6.0),
        blocks=dict(building=10, park=2.0, wall=0.7, fence=1.6),
        lawn=0.0,
        verge=0.0,
        has_terrain=False,
        vehicles=dict(car=10, van=2, bus=1.0),
        train=0.0,
        walkers=8.0,
        riders=1.6,
        bicycles=1.2,
        lamps=22.0,
        clutter=1.5,
        yellow_centre=False,
    ),
    "cityscapes": Layout(
        focal=(1.02, 1.08),
        elevation=(1.15, 1.35),
        horizon=(0.4, 0.46),
        yaw=(-0.06, 0.06),
        lanes=(1, 1, 1, 2),
        extra_lane=0.15,
        lane_width=(2.8, 3.3),
        sidewalk=(1.8, 4.0),
        blocks=dict(building=10, park=3.6, wall=0.9, fence=1.2, field=0.9),
        building_height=(8.0, 20.0),
        lawn=0.15,
        verge=0.25,
        crossing=0.5,
        parked=0.38,
        gap=26.0,
        vehicles=dict(car=10, van=1.6, truck=0.5, bus=0.5),
        train=0.07,
        walkers=8.0,
        riders=1.1,
        bicycles=2.2,
        lamps=22.0,
        signs=3.2,
        trees=15.0,
        clutter=1.2,
        yellow_centre=False,
        hood=1.0,
    ),
}
