"""Tables of many methods on ToyCity: which runs, running them, and the page."""

from .rows import Row, read_rows
from .runs import Benchmark, Run
from .table import benchmark_table, replace_table

__all__ = ["Benchmark", "Row", "Run", "benchmark_table", "read_rows", "replace_table"]
