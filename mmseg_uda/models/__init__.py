"""Networks and the parts that methods are composed of."""

from mmseg_uda import layers

from . import (
    backbones,
    data_preprocessors,
    heads,
    losses,
    maps,
    necks,
    objectives,
    segmentors,
    translators,
    views,
)

__all__ = [
    "backbones",
    "data_preprocessors",
    "heads",
    "layers",
    "losses",
    "maps",
    "necks",
    "objectives",
    "segmentors",
    "translators",
    "views",
]
