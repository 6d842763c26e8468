"""Vary an option of some methods on ToyCity, and draw their scores over it.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from mmseg_uda.benchmark import draw_sweep, read_sweep, sweep_table
from mmseg_uda.benchmark.command import parse_run_args, train_missing
from mmseg_uda.stages import StageError, explained_errors
from mmseg_uda.utils.atomic_files import check_writable

ROOT = Path(__file__).resolve().parents[1]


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
    args = parse_run_args(parser, ROOT, "study", argv)
    args.figure = args.figure or args.study.with_suffix(".png")
    return args


def sweep(args: argparse.Namespace) -> None:
    """Train what is missing, draw the figure and print the scores."""
    study = read_sweep(args.study, ROOT / "configs")
    check_writable(args.figure.parent, "--figure")
    runs = study.runs(args.seeds)
    results = train_missing(args, runs, ROOT, train=not args.draw_only)
    if not any(run.name in results for run in runs):
        seeds = " ".join(map(str, args.seeds))
        raise StageError(
            f"{args.results} has none of the {len(runs)} runs of {args.study} with "
            f"--seeds {seeds}, so there is nothing to draw. Leave --draw-only out to "
            "train them, or give --results and --seeds of those that are trained"
        )
    draw_sweep(study, args.seeds, results, args.figure)
    print(sweep_table(study, args.seeds, results))
    print(f"figure: {args.figure}")


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        sweep(args)


if __name__ == "__main__":
    main()
