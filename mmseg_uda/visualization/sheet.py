"""Captioned pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .colors import heat_map

# in pixels, for pictures up to the reference width; larger ones get larger letters
_WIDTH = 384
_GAP = 8
_CAPTION = 20
_FONT_SIZE = 13
_LINE = 18
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
    tile_width: int = _WIDTH,
    footers: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Lay pictures out in rows, all at one width, captions above.

    Pictures are scaled without smoothing, so that a pixel of a label map stays one.

    Args:
        tiles: The pictures; the first one sets the aspect ratio.
        columns: Pictures a row.
        tile_width: Width of a picture on the sheet, in pixels.
        footers: RGB strips below all rows, such as :func:`class_legend`'s.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        ValueError: If there is no picture.
    """
    if not tiles:
        raise ValueError("a sheet needs at least one picture, got none")
    scale = text_scale(tile_width)
    caption = round(_CAPTION * scale)
    height, width = tiles[0].image.shape[:2]
    tile_height = max(1, round(tile_width * height / width))
    rows = -(-len(tiles) // columns)
    body = rows * (tile_height + caption + _GAP) + _GAP
    total = body + sum(footer.shape[0] + _GAP for footer in footers)
    sheet = Image.new("RGB", (sheet_width(columns, tile_width), total), _WHITE)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_FONT_SIZE * scale)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        x = _GAP + column * (tile_width + _GAP)
        y = _GAP + row * (tile_height + caption + _GAP)
        pen.text((x, y + 1), tile.caption, _INK, font)
        picture = Image.fromarray(tile.image).resize(
            (tile_width, tile_height), Image.Resampling.NEAREST
        )
        sheet.paste(picture, (x, y + caption))
    for footer in footers:
        sheet.paste(Image.fromarray(footer), (_GAP, body))
        body += footer.shape[0] + _GAP
    return np.asarray(sheet)


def sheet_width(columns: int, tile_width: int) -> int:
    """Width of a sheet in pixels; its footers are 16 pixels narrower."""
    return columns * (tile_width + _GAP) + _GAP


def text_scale(tile_width: int) -> float:
    """How much larger than usual the letters beside pictures of a width are."""
    return max(1.0, tile_width / _WIDTH)


def class_legend(
    classes: Sequence[str],
    palette: Sequence,
    width: int,
    columns: int = 10,
    scale: float = 1,
) -> np.ndarray:
    """A strip that says which colour is which class.

    Args:
        classes: Class names.
        palette: RGB triples, one a class.
        width: Width of the strip in pixels.
        columns: Entries a line.
        scale: Size of letters and boxes, 1 for the usual one.

    Returns:
        (H, width, 3) uint8, RGB.
    """
    rows = -(-len(classes) // columns)
    strip, pen, font = _strip(width, rows * _LINE, scale)
    for index, (name, color) in enumerate(zip(classes, palette, strict=True)):
        row, column = divmod(index, columns)
        x, y = column * width // columns, row * _LINE * scale
        box = (x, y + 3 * scale, x + 12 * scale, y + 14 * scale)
        pen.rectangle(box, tuple(color), _INK)
        pen.text((x + 16 * scale, y + 2 * scale), name, _INK, font)
    return np.asarray(strip)


def heat_legend(note: str, width: int, scale: float = 1) -> np.ndarray:
    """A strip with the colours of :func:`heat_map` from low to high, and a note.

    Args:
        note: What stands beside the bar.
        width: Width of the strip in pixels.
        scale: Size of the letters, 1 for the usual one.

    Returns:
        (H, width, 3) uint8, RGB.
    """
    strip, pen, font = _strip(width, _LINE, scale)
    pen.text((0, 2 * scale), "low", _INK, font)
    bar = heat_map(np.tile(np.linspace(0, 1, round(128 * scale)), (1, 1)), 0, 1)
    bar = np.repeat(bar, round(12 * scale), axis=0)
    strip.paste(Image.fromarray(bar), (round(26 * scale), round(3 * scale)))
    pen.text((160 * scale, 2 * scale), f"high    {note}", _INK, font)
    return np.asarray(strip)


def _strip(width: int, height: int, scale: float):
    strip = Image.new("RGB", (width, round(height * scale)), _WHITE)
    font = ImageFont.load_default((_FONT_SIZE - 2) * scale)
    return strip, ImageDraw.Draw(strip), font
