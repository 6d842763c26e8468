"""Unsupervised domain adaptation for MMSegmentation 1.x, as a plugin.

Importing the package registers every part, so a config only has to say
``custom_imports = dict(imports=['mmseg_uda'])``.
"""

from mmseg_uda.utils.environment import check_environment, quiet_foreign_imports

from .version import __version__

check_environment()
with quiet_foreign_imports():
    from . import (
        datasets,
        engine,
        evaluation,
        models,
        pseudo_labels,
        regions,
        visualization,
    )

__all__ = [
    "__version__",
    "datasets",
    "engine",
    "evaluation",
    "models",
    "pseudo_labels",
    "regions",
    "visualization",
]
