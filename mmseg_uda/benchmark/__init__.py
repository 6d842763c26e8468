"""Many trainings on ToyCity: which runs, running them, tables and figures."""

from .figure import draw_benchmark
from .readme_cells import fill_readmes
from .rows import Row, read_rows
from .runs import Benchmark, Run
from .sweep import Sweep, draw_sweep, read_sweep, sweep_table
from .table import benchmark_table, replace_table

__all__ = [
    "Benchmark",
    "Row",
    "Run",
    "Sweep",
    "benchmark_table",
    "draw_benchmark",
    "draw_sweep",
    "fill_readmes",
    "read_rows",
    "read_sweep",
    "replace_table",
    "sweep_table",
]
