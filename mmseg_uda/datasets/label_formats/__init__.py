"""How label files say which class a pixel is: a file each."""

from .base_label_format import BaseLabelFormat
from .color_labels import ColorLabels
from .format_of import format_of
from .index_labels import IndexLabels
from .labelme_labels import LabelMeLabels
from .mask_labels import MaskLabels
from .yolo_labels import YoloLabels

__all__ = [
    "BaseLabelFormat",
    "ColorLabels",
    "IndexLabels",
    "LabelMeLabels",
    "MaskLabels",
    "YoloLabels",
    "format_of",
]
