"""Label grids of a whole data set: found, written and counted once."""

from .layout import grid_file, region_name
from .make import make_region_labels
from .tell import region_advice, region_table

__all__ = [
    "grid_file",
    "make_region_labels",
    "region_advice",
    "region_name",
    "region_table",
]
