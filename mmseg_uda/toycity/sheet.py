"""Draws a contact sheet: what the domains look like, side by side."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mmseg_uda.utils.atomic_files import check_writable, write_atomic

from .formats import DEFAULT_SIZES, DOMAINS
from .labels import CLASSES, IGNORE, PALETTE, TO_TRAIN_ID
from .manifest import check_seed
from .render import Drawing, draw_picture

_CAPTIONS = {
    "gta5": "gta5 (source, rendered): images and labels",
    "synthia": "synthia (source, rendered): images and labels",
    "cityscapes": "cityscapes (target, camera): images and labels",
}
_MARGIN, _CAPTION, _LEGEND = 4, 18, 64


def _coloured(drawing: Drawing) -> np.ndarray:
    """Blend the image with its classes' colours; ignored pixels turn black."""
    colours = np.zeros((IGNORE + 1, 3), np.float32)
    colours[: len(CLASSES)] = PALETTE
    blended = 0.25 * drawing.image + 0.75 * colours[TO_TRAIN_ID[drawing.ids]]
    return blended.astype(np.uint8)


def draw_sheet(
    path: str | Path, seed: int = 0, columns: int = 3, start: int = 0
) -> Path:
    """Write a contact sheet as a PNG of at most 256 colours.

    Args:
        path: File to write.
        seed: Seed of the benchmark.
        columns: Pictures per domain.
        start: Number of the first picture.

    Raises:
        ValueError: If ``path`` does not end in ``.png`` or ``seed`` is negative.
        OSError: If the file cannot be written; found out before anything is drawn.
    """
    path = Path(path)
    check_seed(seed)
    _check_file(path)
    width = max(size[0] for size in DEFAULT_SIZES.values())
    heights = [DEFAULT_SIZES[domain][1] for domain in DOMAINS]
    total = sum(2 * h + 2 * _MARGIN + _CAPTION for h in heights) + _LEGEND
    sheet = Image.new("RGB", (columns * (width + _MARGIN) + _MARGIN, total), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=12)
    top = 0
    for domain, height in zip(DOMAINS, heights, strict=True):
        pen.text((_MARGIN, top + 2), _CAPTIONS[domain], fill="black", font=font)
        top += _CAPTION
        for i in range(columns):
            size = DEFAULT_SIZES[domain]
            drawing = draw_picture(seed, domain, "train", start + i, size)
            left = _MARGIN + i * (width + _MARGIN)
            sheet.paste(Image.fromarray(drawing.image), (left, top))
            below = top + height + _MARGIN
            sheet.paste(Image.fromarray(_coloured(drawing)), (left, below))
        top += 2 * height + 2 * _MARGIN
    _draw_legend(pen, font, top, sheet.width)
    content = io.BytesIO()
    _few_colours(sheet).save(content, "PNG", optimize=True)
    write_atomic(path, content.getvalue())
    return path


def _check_file(path: Path) -> None:
    if path.suffix.lower() != ".png":
        raise ValueError(f"the sheet is a PNG: its name must end in .png, got '{path}'")
    if path.is_dir():
        raise IsADirectoryError(f"'{path}' is a folder; give the name of a file")
    check_writable(path.parent, "--sheet")


def _few_colours(sheet: Image.Image) -> Image.Image:
    """Reduce to 256 colours, a small file's worth; those of the legend stay exact."""
    free = 256 - len(PALETTE)
    picked = sheet.quantize(free, kmeans=4).getpalette()[: 3 * free]
    palette = Image.new("P", (1, 1))
    palette.putpalette(picked + PALETTE.ravel().tolist())
    return sheet.quantize(palette=palette, dither=Image.Dither.NONE)


def _draw_legend(
    pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, top: int, width: int
) -> None:
    rows = 3
    per_row = -(-len(CLASSES) // rows)
    step = width // per_row
    for i, (name, colour) in enumerate(zip(CLASSES, PALETTE, strict=True)):
        x, y = _MARGIN + i % per_row * step, top + 4 + i // per_row * 20
        pen.rectangle((x, y, x + 12, y + 12), fill=tuple(colour.tolist()))
        pen.text((x + 16, y - 1), name, fill="black", font=font)
