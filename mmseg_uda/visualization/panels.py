"""The panels of one image: Figures 4 to 6 of the LCDA paper, and Lipschitzness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .colors import IGNORE_INDEX, colorize_labels, heat_map
from .sample_maps import SampleMaps
from .sheet import Tile, class_legend, draw_sheet, heat_legend, sheet_width, text_scale

_COLUMNS = 3
_QUANTILE = 0.995  # a few pixels of a Lipschitz map would leave the others black


def panels(
    image: np.ndarray,
    maps: SampleMaps,
    palette: Sequence,
    truth: np.ndarray | None = None,
) -> dict[str, Tile]:
    """Draw all that is known of an image, each panel at the image's size.

    Args:
        image: (H, W, 3) uint8, RGB.
        maps: What the model makes of it.
        palette: RGB triples by class id.
        truth: (H, W) class ids, 255 = not scored.

    Returns:
        By name: ``image``, ``truth`` (if given), ``semantic``, ``confidence``,
        ``variance`` (if drawn), ``lipschitz``.
    """
    drawn = {"image": Tile("image", image)}
    if truth is not None:
        colors = colorize_labels(truth, palette)
        drawn["truth"] = Tile("ground truth (black: not scored)", colors)
    score = "" if truth is None else f", {accuracy(maps.labels, truth)}"
    drawn["semantic"] = Tile(
        f"semantic output{score}", colorize_labels(maps.labels, palette)
    )
    drawn["confidence"] = confidence_tile(maps)
    if maps.variance is not None:
        caption = f"variance weight: P(class changes), {maps.draws} draws, 0 to 1"
        drawn["variance"] = Tile(caption, heat_map(maps.variance, 0, 1))
    drawn["lipschitz"] = lipschitz_tile(maps)
    return drawn


def panel_sheet(
    drawn: dict[str, Tile],
    maps: SampleMaps,
    classes: Sequence[str],
    palette: Sequence,
    tile_width: int,
) -> np.ndarray:
    """Lay panels out on one sheet, with legends.

    Args:
        drawn: What :func:`panels` returns.
        maps: What it was drawn from.
        classes: Class names by id.
        palette: RGB triples by class id.
        tile_width: Width of a panel in pixels.

    Returns:
        (H', W', 3) uint8, RGB.
    """
    width, scale = sheet_width(_COLUMNS, tile_width) - 16, text_scale(tile_width)
    note = f"noise on the features: {maps.noise.bound()}"
    footers = (
        heat_legend(note, width, scale),
        class_legend(classes, palette, width, scale=scale),
    )
    return draw_sheet(list(drawn.values()), _COLUMNS, tile_width, footers)


def confidence_tile(maps: SampleMaps, of: str = "") -> Tile:
    """The probability of the predicted class, from 0 to 1.

    Args:
        maps: What a model makes of an image.
        of: Name of the model, for the caption.
    """
    whose = f" of {of}" if of else ""
    caption = f"confidence weight{whose}: P(predicted class), 0 to 1"
    return Tile(caption, heat_map(maps.confidence, 0, 1))


def lipschitz_tile(maps: SampleMaps) -> Tile:
    """The Lipschitz map, from 0 to about its largest value, which the caption names."""
    brightest = float(np.quantile(maps.lipschitz, _QUANTILE))
    brightest = brightest or float(maps.lipschitz.max())
    top = f"{brightest:.2g} {maps.unit}".rstrip()
    caption = f"Lipschitz map: 0 to {top} (bright: unstable)"
    return Tile(caption, heat_map(maps.lipschitz, 0, brightest))


def accuracy(labels: np.ndarray, truth: np.ndarray) -> str:
    """Share of the scored pixels that are right, in words."""
    valid = truth != IGNORE_INDEX
    if not valid.any():
        return "no pixel scored"
    return f"{100 * (labels == truth)[valid].mean():.0f}% of pixels right"
