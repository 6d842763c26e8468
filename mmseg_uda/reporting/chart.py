"""A small line chart as numbers for an SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .thinned import Point, thinned

#: Size of a chart and its margins, in units of its ``viewBox``.
WIDTH, HEIGHT = 320, 170
LEFT, RIGHT, TOP, BOTTOM = 50, 12, 10, 34
_STEPS = (1, 2, 2.5, 5, 10)
_FEW = 20  # points that get a dot each
_NEAR_ZERO = 0.4  # of the highest value: lower ones draw the axis down to 0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, in units of the chart, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A curve, ready to be drawn.

    Its points stand in the page as they are, iteration and value; the page moves them
    to where they belong by ``transform``, so that what is read off is exact.

    Args:
        name: What is drawn.
        short: The same under the heading that it stands under.
        axis: Text of the vertical axis, with its unit.
        segments: Points ``"x,y x,y"``; several where some in between are not finite.
        dots: The same as a path of dots, where they are few; else empty.
        broken: Where it is not finite, in units of the chart.
        transform: From points to the chart.
        xticks: Marks of the horizontal axis.
        yticks: Marks of the vertical axis.
        told: What the curve does, as a sentence for who does not see it.
        last: The last value.
        shown: How many points are drawn, and ``total`` of how many.
    """

    name: str
    short: str
    axis: str
    segments: Sequence[str]
    dots: str
    broken: Sequence[float]
    transform: str
    xticks: Sequence[Tick]
    yticks: Sequence[Tick]
    told: str
    last: str
    shown: int
    total: int


def chart(
    name: str, axis: str, points: Sequence[Point], short: str | None = None
) -> Chart:
    """Make a chart of a curve.

    Args:
        name: What it is.
        axis: Text of its vertical axis.
        points: Iterations and values, at least one.
        short: A shorter name, None for the same.
    """
    kept = thinned(points)
    finite = [point for point in kept if math.isfinite(point[1])]
    x0, x1 = _range([x for x, _ in kept], low=0)
    values = [y for _, y in finite] or [0.0]
    from_zero = 0 <= min(values) < _NEAR_ZERO * max(values)
    y0, y1 = _range(values, low=0 if from_zero else None)
    sx = (WIDTH - LEFT - RIGHT) / (x1 - x0)
    sy = (HEIGHT - TOP - BOTTOM) / (y1 - y0)
    bottom = HEIGHT - BOTTOM
    return Chart(
        name=name,
        short=name if short is None else short,
        axis=axis,
        segments=_segments(kept),
        dots="".join(f"M{x:g} {y:.5g}h0" for x, y in finite if len(finite) <= _FEW),
        broken=[LEFT + (x - x0) * sx for x, y in kept if not math.isfinite(y)],
        transform=f"matrix({sx:.6g} 0 0 {-sy:.6g} {LEFT - x0 * sx:.6g} "
        f"{bottom + y0 * sy:.6g})",
        xticks=[Tick(LEFT + (x - x0) * sx, number(x)) for x in ticks(x0, x1)],
        yticks=[Tick(bottom - (y - y0) * sy, number(y)) for y in ticks(y0, y1)],
        told=_told(points),
        last=number(points[-1][1]),
        shown=len(kept),
        total=len(points),
    )


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers between two, ``most`` or fewer of them."""
    raw = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in _STEPS if step * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def number(value: float) -> str:
    """Write a number with four significant digits, ``not finite`` if it is not."""
    if not math.isfinite(value):
        return "not finite"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        digits = 0 if abs(value) >= 1000 else 4
        return f"{value:,.0f}" if digits == 0 else f"{value:.{digits}g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def _range(values: Sequence[float], low: float | None) -> tuple[float, float]:
    """Return the ends of an axis, a little apart even for a single value."""
    bottom, top = min(values) if low is None else low, max(values)
    room = (top - bottom) or abs(top) or 1.0
    if low is None:
        return bottom - 0.06 * room, top + 0.06 * room
    return bottom, bottom + 1.04 * room


def _segments(points: Sequence[Point]) -> list[str]:
    segments, open_one = [], []
    for x, y in [*points, (math.nan, math.nan)]:
        if math.isfinite(y):
            open_one.append(f"{x:g},{y:.5g}" if x < 1e6 else f"{x:.0f},{y:.5g}")
        elif open_one:
            segments.append(" ".join(open_one))
            open_one = []
    return segments


def _told(points: Sequence[Point]) -> str:
    finite = [point for point in points if math.isfinite(point[1])]
    if not finite:
        return "not finite at any iteration"
    (x0, first), (x1, last) = finite[0], finite[-1]
    low, high = (choose(y for _, y in finite) for choose in (min, max))
    broken = len(points) - len(finite)
    told = (
        f"{number(first)} at iteration {x0:.0f}, {number(last)} at {x1:.0f}; lowest "
        f"{number(low)}, highest {number(high)}"
    )
    return f"{told}; not finite at {broken} of {len(points)}" if broken else told
