"""Labels in the ways of Pascal VOC: its colours, its border, lists of class names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_BITS = 8
#: Colour of what Pascal VOC leaves out along borders, number 255 of its palette.
BORDER = 0xE0E0C0


def voc_colors(count: int) -> list[int]:
    """Return the first colours of Pascal VOC, ``r << 16 | g << 8 | b``.

    Bits 0, 3, 6, ... of a number are the highest bits of its red, the next ones those
    of its green, then its blue.

    Args:
        count: How many.
    """
    return [_voc_color(number) for number in range(count)]


def _voc_color(number: int) -> int:
    color = 0
    for place in range(_BITS):
        for band in range(3):
            bit = number >> 3 * place + band & 1
            color |= bit << 8 * (2 - band) + _BITS - 1 - place
    return color


def colors_by_order(
    names: Sequence[str], seen: Collection[int]
) -> dict[str, int] | None:
    """Return Pascal VOC's colours for classes in their order.

    Args:
        names: The classes.
        seen: Colours that labels hold.

    Returns:
        The colour of each class, and that of the border for ``ignore``; None if labels
        hold others.
    """
    colors = dict(zip(names, voc_colors(len(names)), strict=True))
    if not set(seen) <= {*colors.values(), BORDER}:
        return None
    return {**colors, "ignore": BORDER}
