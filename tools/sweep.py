"""Vary an option of some methods on ToyCity, and draw their scores over it.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from mmseg_uda.atomic_files import check_writable
from mmseg_uda.benchmark import Benchmark, draw_sweep, read_sweep, sweep_table
from mmseg_uda.datasets.toycity import ensure_toycity
from mmseg_uda.engine.stages import explained_errors

ROOT = Path(__file__).resolve().parents[1]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "study", type=Path, help="what is varied, such as docs/benchmarks/rl_al.yml"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument(
        "--draw-only", action="store_true", help="draw what is there, train nothing"
    )
    parser.add_argument(
        "--results", type=Path, help="file of results (default: STUDY.json)"
    )
    parser.add_argument("--figure", type=Path, help="figure (default: STUDY.png)")
    parser.add_argument("--work-dir", type=Path, default=ROOT / "work_dirs/sweep")
    parser.add_argument("--toy-root", type=Path, default=ROOT / "data/toycity")
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], help="for every run, KEY=VALUE"
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )
    args = parser.parse_args(argv)
    if args.jobs < 1:
        parser.error(f"--jobs must be 1 or more, got {args.jobs}")
    args.results = args.results or args.study.with_suffix(".json")
    args.figure = args.figure or args.study.with_suffix(".png")
    return args


def sweep(args: argparse.Namespace) -> None:
    """Train what is missing, draw the figure and print the scores."""
    study = read_sweep(args.study, ROOT / "configs")
    bench = Benchmark(
        study.runs(args.seeds),
        args.results.resolve(),
        args.work_dir.resolve(),
        ROOT,
        args.toy_root.resolve(),
        args.cfg_options,
    )
    if not args.draw_only:
        check_writable(args.work_dir, "--work-dir")
        ensure_toycity(args.toy_root)
        bench.run(args.jobs, lambda line: print(line, flush=True))
    results = bench.finished()
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
