"""A sheet with some patches of each kind."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mmseg_uda.visualization.colors import colorize_labels
from mmseg_uda.visualization.sheet import class_legend

# in pixels
_TILE = (36, 64)
_GAP = 4
_CAPTION = 210
_FONT_SIZE = 12
_WHITE, _INK = (255, 255, 255), (32, 32, 32)


def draw_montage(
    pictures: np.ndarray,
    kinds: np.ndarray,
    described: Sequence[Mapping[str, Any]],
    classes: Sequence[str],
    palette: Sequence,
) -> np.ndarray:
    """Draw a row of patches for each kind, beside its number, size and classes.

    Args:
        pictures: (P, h, w) uint8, class indices, 255 = ignore.
        kinds: (P,) kind of each; up to 12 of each kind are drawn, spread evenly.
        described: What :func:`describe_kinds` returns.
        classes: Names of the K classes.
        palette: RGB triples by class id.

    Returns:
        (H, W, 3) uint8, RGB. Ignored pixels are black.
    """
    sheet = draw_kinds(pictures, kinds, described, palette)
    legend = class_legend(classes, palette, sheet.shape[1] - 2 * _GAP)
    margins = ((0, 0), (_GAP, _GAP), (0, 0))
    return np.vstack([sheet, np.pad(legend, margins, constant_values=_WHITE[0])])


def draw_kinds(
    pictures: np.ndarray,
    kinds: np.ndarray,
    described: Sequence[Mapping[str, Any]],
    palette: Sequence,
    columns: int = 2,
    examples: int = 12,
) -> np.ndarray:
    """Draw the rows of a montage without the legend of classes.

    Args:
        pictures: (P, h, w) uint8, class indices, 255 = ignore.
        kinds: (P,) kind of each.
        described: What :func:`describe_kinds` returns, or its first entries: kinds
            beyond are left out.
        palette: RGB triples by class id.
        columns: Kinds side by side.
        examples: Largest number of patches of a kind.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    rows = -(-len(described) // columns)
    height, width = _TILE[0] + _GAP, _CAPTION + examples * (_TILE[1] + _GAP) + _GAP
    sheet = Image.new("RGB", (columns * width, rows * height + _GAP), _WHITE)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_FONT_SIZE)
    for kind, relation in enumerate(described):
        members = np.flatnonzero(kinds == kind)
        left, top = kind // rows * width + _GAP, kind % rows * height + _GAP
        pair = " + ".join(relation["pair"])
        caption = f"{kind}: {len(members)}\n{pair} {relation['pair_share']:.0%}"
        pen.text((left, top), caption, _INK, font)
        spread = np.linspace(0, len(members) - 1, min(examples, len(members)))
        for column, member in enumerate(members[spread.astype(int)]):
            tile = Image.fromarray(colorize_labels(pictures[member], palette))
            tile = tile.resize(_TILE[::-1], Image.Resampling.NEAREST)
            sheet.paste(tile, (left + _CAPTION + column * (_TILE[1] + _GAP), top))
    return np.asarray(sheet)
