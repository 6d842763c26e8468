"""Data sets by name: what a download looks like, as a table."""

from .named_folders import NamedFolder, NamedImages
from .table import TABLE

__all__ = ["TABLE", "NamedFolder", "NamedImages"]
