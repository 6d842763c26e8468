"""All data sets that are known by name."""

from .aerial import AERIAL
from .entry import Entry
from .retina import RETINA
from .street import STREET

TABLE: dict[str, Entry] = {**STREET, **AERIAL, **RETINA}
