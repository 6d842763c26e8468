"""What the command lines do."""

from .run_adapt_bn import run_adapt_bn
from .run_rank_maps import run_rank_maps
from .run_test import run_test
from .run_visualize import run_visualize

__all__ = ["run_adapt_bn", "run_rank_maps", "run_test", "run_visualize"]
