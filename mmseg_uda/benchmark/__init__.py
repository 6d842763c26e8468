"""Many trainings on ToyCity: which runs, running them, tables and figures."""

from .figure import draw_benchmark
from .gap import Gap
from .page import Page, read_page
from .readme_cells import fill_readmes
from .rows import Row, read_rows
from .runs import Benchmark, Run
from .sweep import Sweep, draw_sweep, read_sweep, sweep_table
from .table import benchmark_table, replace_table

__all__ = [
    "Benchmark",
    "Gap",
    "Page",
    "Row",
    "Run",
    "Sweep",
    "benchmark_table",
    "draw_benchmark",
    "draw_sweep",
    "fill_readmes",
    "read_page",
    "read_rows",
    "read_sweep",
    "replace_table",
    "sweep_table",
]
