"""What ``mmseg-uda sweep`` trains and draws."""

import argparse

from mmseg_uda.benchmark import draw_sweep, read_sweep, sweep_table
from mmseg_uda.benchmark.command import train_missing
from mmseg_uda.stages import StageError
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.shipped import project


def sweep(args: argparse.Namespace) -> None:
    """Train what is missing, draw the figure and print the scores."""
    study = read_sweep(args.study, project() / "configs")
    check_writable(args.figure.parent, "--figure")
    runs = study.runs(args.seeds)
    results = train_missing(args, runs, project(), train=not args.draw_only)
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
