"""Every part: importing this registers all of them."""

from .utils.environment import check_environment, quiet_foreign_imports

check_environment()
with quiet_foreign_imports():
    from mmengine.config.utils import MODULE2PACKAGE

    from . import (  # noqa: F401
        datasets,
        engine,
        evaluation,
        models,
        pseudo_labels,
        regions,
        stages,
        visualization,
    )

# So that a config may say `_base_ = "mmseg_uda::lcrf/mrnet_lcrf_gta.py"`: mmengine has
# a list of packages, in which only those of OpenMMLab are.
MODULE2PACKAGE.setdefault("mmseg_uda", "mmseg_uda")
