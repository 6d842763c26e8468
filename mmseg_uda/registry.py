"""Registries: mmseg's own, plus the kinds of part that this project adds.

Segmentors, heads, data sets, transforms, hooks and metrics register into mmseg's
registries, so they are found by plain name in any mmseg config. Views, maps and
objectives exist only here; their registries live in mmseg's scope too, because a
scope of our own would break look-ups under ``default_scope = 'mmseg'``.
"""

from mmengine.registry import Registry
from mmseg.registry import DATASETS, MODELS

VIEWS = Registry("view", scope="mmseg", locations=["mmseg_uda.models.views"])
MAPS = Registry("map", scope="mmseg", locations=["mmseg_uda.models.maps"])
OBJECTIVES = Registry(
    "objective", scope="mmseg", locations=["mmseg_uda.models.objectives"]
)
RULES = Registry(
    "pseudo-label rule", scope="mmseg", locations=["mmseg_uda.pseudo_labels"]
)

REGIONS = Registry("region rule", scope="mmseg", locations=["mmseg_uda.regions"])
LABEL_FORMATS = Registry(
    "label format", scope="mmseg", locations=["mmseg_uda.datasets.label_formats"]
)
STAGES = Registry("stage", scope="mmseg", locations=["mmseg_uda.stages.kinds"])

__all__ = [
    "DATASETS",
    "LABEL_FORMATS",
    "MAPS",
    "MODELS",
    "OBJECTIVES",
    "REGIONS",
    "RULES",
    "STAGES",
    "VIEWS",
]
