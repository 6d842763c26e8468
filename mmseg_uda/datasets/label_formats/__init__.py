"""How label files say which class a pixel is: a file each."""

from .base_label_format import BaseLabelFormat, format_of
from .color_labels import ColorLabels
from .index_labels import IndexLabels
from .labelme_labels import LabelMeLabels

__all__ = [
    "BaseLabelFormat",
    "ColorLabels",
    "IndexLabels",
    "LabelMeLabels",
    "format_of",
]
