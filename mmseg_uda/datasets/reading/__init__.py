"""One rule for reading pixels: what a file declares, and how it is delivered."""

from .declared import Declared, declare, declare_file
from .image_reader import READER_OPTIONS, ImageReader, orientation_of
from .label_numbers import label_numbers
from .missing_option import MissingOptionError

__all__ = [
    "READER_OPTIONS",
    "Declared",
    "ImageReader",
    "MissingOptionError",
    "declare",
    "declare_file",
    "label_numbers",
    "orientation_of",
]
