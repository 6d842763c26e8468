"""Pictures: labels in colour, maps as heat, several of them on one captioned sheet."""

from .colors import colorize_labels, heat_map
from .sample_maps import SampleMaps, sample_maps
from .sheet import Tile, class_legend, draw_sheet

__all__ = [
    "SampleMaps",
    "Tile",
    "class_legend",
    "colorize_labels",
    "draw_sheet",
    "heat_map",
    "sample_maps",
]
