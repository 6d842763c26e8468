"""Checkpoints as the literature's code bases publish them, and mmseg's layout."""

from .conversion import Conversion, convert, to_mmseg_names
from .families import FAMILIES
from .foreign import explain_foreign
from .input_images import convention_of
from .layout import Layout, recognise
from .names import below, without_wrappers

__all__ = [
    "FAMILIES",
    "Conversion",
    "Layout",
    "below",
    "convention_of",
    "convert",
    "explain_foreign",
    "recognise",
    "to_mmseg_names",
    "without_wrappers",
]
