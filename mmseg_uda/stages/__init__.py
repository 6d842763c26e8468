"""The multi-stage run: what ``tools/train.py`` does with the ``stages`` of a config."""

from .base_stage import BaseStage, Takes
from .config.request import Request
from .errors import StageError
from .explanations import explained_errors
from .kinds import (
    BatchNormStage,
    PseudoLabelStage,
    RegionGridStage,
    RegionLabelStage,
    TrainStage,
    TranslateStage,
)
from .plan.plan import plan_stages
from .plan.resolve import Resolver
from .run.run import run_stages
from .told import Told

__all__ = [
    "BaseStage",
    "BatchNormStage",
    "PseudoLabelStage",
    "RegionGridStage",
    "RegionLabelStage",
    "Request",
    "Resolver",
    "StageError",
    "Takes",
    "Told",
    "TrainStage",
    "TranslateStage",
    "explained_errors",
    "plan_stages",
    "run_stages",
]
