"""Captioned pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP = 8
_CAPTION = 20
_FONT_SIZE = 13
_WHITE, _INK = (255, 255, 255), (32, 32, 32)


@dataclass(frozen=True)
class Tile:
    """One picture of a sheet.

    Args:
        caption: A few words above the picture.
        image: (H, W, 3) uint8, RGB.
    """

    caption: str
    image: np.ndarray


def draw_sheet(
    tiles: Sequence[Tile],
    columns: int = 3,
    tile_width: int = 384,
    footer: np.ndarray | None = None,
) -> np.ndarray:
    """Lay pictures out in rows, all at one width, captions above.

    Pictures are scaled without smoothing, so that a pixel of a label map stays one.

    Args:
        tiles: The pictures; the first one sets the aspect ratio.
        columns: Pictures a row.
        tile_width: Width of a picture on the sheet, in pixels.
        footer: RGB strip below all rows, such as :func:`class_legend`'s.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        ValueError: If there is no picture.
    """
    if not tiles:
        raise ValueError("a sheet needs at least one picture, got none")
    height, width = tiles[0].image.shape[:2]
    tile_height = round(tile_width * height / width)
    rows = -(-len(tiles) // columns)
    sheet_width = columns * (tile_width + _GAP) + _GAP
    body = rows * (tile_height + _CAPTION + _GAP) + _GAP
    extra = 0 if footer is None else footer.shape[0] + _GAP
    sheet = Image.new("RGB", (sheet_width, body + extra), _WHITE)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_FONT_SIZE)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        x = _GAP + column * (tile_width + _GAP)
        y = _GAP + row * (tile_height + _CAPTION + _GAP)
        pen.text((x, y + 1), tile.caption, _INK, font)
        picture = Image.fromarray(tile.image).resize(
            (tile_width, tile_height), Image.Resampling.NEAREST
        )
        sheet.paste(picture, (x, y + _CAPTION))
    if footer is not None:
        sheet.paste(Image.fromarray(footer), (_GAP, body))
    return np.asarray(sheet)


def class_legend(
    classes: Sequence[str], palette: Sequence, width: int, columns: int = 10
) -> np.ndarray:
    """A strip that says which colour is which class.

    Args:
        classes: Class names.
        palette: RGB triples, one a class.
        width: Width of the strip in pixels.
        columns: Entries a line.

    Returns:
        (H, width, 3) uint8, RGB.
    """
    line = 18
    rows = -(-len(classes) // columns)
    strip = Image.new("RGB", (width, rows * line), _WHITE)
    pen, font = ImageDraw.Draw(strip), ImageFont.load_default(_FONT_SIZE - 2)
    for index, (name, color) in enumerate(zip(classes, palette, strict=True)):
        row, column = divmod(index, columns)
        x, y = column * width // columns, row * line
        pen.rectangle((x, y + 3, x + 12, y + 14), tuple(color), _INK)
        pen.text((x + 16, y + 2), name, _INK, font)
    return np.asarray(strip)
