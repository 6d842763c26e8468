"""Pictures: labels in colour, maps as heat, several of them on one captioned sheet."""

from mmseg_uda.utils.undisturbed import undisturbed

from .colors import colorize_labels, heat_map
from .noisy_predictor import NoisyPredictor
from .panels import panel_sheet, panels
from .sample_maps import SampleMaps, sample_maps
from .sheet import Tile, class_legend, draw_sheet
from .variance_weight import variance_weight

__all__ = [
    "NoisyPredictor",
    "SampleMaps",
    "Tile",
    "class_legend",
    "colorize_labels",
    "draw_sheet",
    "heat_map",
    "panel_sheet",
    "panels",
    "sample_maps",
    "undisturbed",
    "variance_weight",
]
