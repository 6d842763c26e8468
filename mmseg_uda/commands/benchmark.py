"""Train every row of a benchmark on ToyCity with several seeds; write page and picture.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import TASKS
from .run_options import parse_run_args


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", type=Path, help="which rows, such as docs/benchmarks/lcda.yml"
    )
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument(
        "--table-only",
        action="store_true",
        help="write page and picture from what is there",
    )
    parser.add_argument(
        "--page",
        type=Path,
        help="page (default: ROWS.md), beside which the picture ROWS.png goes",
    )
    parser.add_argument(
        "--fill-readmes",
        action="store_true",
        help="write the scores into the tables of configs/*/README.md, too",
    )
    args = parse_run_args(parser, "rows", argv)
    args.page = args.page or args.rows.with_suffix(".md")
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on where it stopped."):
        from .run_benchmark import benchmark

        return benchmark(args)
