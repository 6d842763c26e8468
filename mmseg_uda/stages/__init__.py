"""The multi-stage run: what ``tools/train.py`` does with the ``stages`` of a config."""

from .errors import StageError
from .explanations import explained_errors
from .plan import plan_stages
from .request import Request
from .resolve import Resolver
from .run import run_stages
from .run_adapt_bn import run_adapt_bn
from .run_rank_maps import run_rank_maps
from .run_test import run_test
from .run_visualize import run_visualize
from .stage import Stage

__all__ = [
    "Request",
    "Resolver",
    "Stage",
    "StageError",
    "explained_errors",
    "plan_stages",
    "run_adapt_bn",
    "run_rank_maps",
    "run_stages",
    "run_test",
    "run_visualize",
]
