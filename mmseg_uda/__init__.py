"""Unsupervised domain adaptation for MMSegmentation 1.x, as a plugin.

Importing the package registers every part, so a config only has to say
``custom_imports = dict(imports=['mmseg_uda'])``. Its own commands do that once they
have read their arguments.
"""

from .utils.started_by import by_command
from .version import __version__

if not by_command():
    from . import parts  # noqa: F401

__all__ = ["__version__"]
