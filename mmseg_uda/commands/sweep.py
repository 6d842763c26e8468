"""Vary an option of some methods on ToyCity, and draw their scores over it.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from .begin import begun
from .run_options import parse_run_args


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "study", type=Path, help="what is varied, such as docs/benchmarks/rl_al.yml"
    )
    parser.add_argument(
        "--draw-only", action="store_true", help="draw what is there, train nothing"
    )
    parser.add_argument("--figure", type=Path, help="figure (default: STUDY.png)")
    args = parse_run_args(parser, "study", argv)
    args.figure = args.figure or args.study.with_suffix(".png")
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on where it stopped."):
        from .run_sweep import sweep

        return sweep(args)
