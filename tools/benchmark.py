"""Train every row of a benchmark on ToyCity with several seeds, and write its page.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from mmseg_uda.atomic_files import check_writable, write_atomic
from mmseg_uda.benchmark import (
    Benchmark,
    Run,
    benchmark_table,
    read_rows,
    replace_table,
)
from mmseg_uda.benchmark.rows import TASKS
from mmseg_uda.datasets.toycity import ensure_toycity
from mmseg_uda.engine.stages import explained_errors

ROOT = Path(__file__).resolve().parents[1]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", type=Path, help="which rows, such as docs/benchmarks/lcda.yml"
    )
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument(
        "--table-only", action="store_true", help="write the page from what is there"
    )
    parser.add_argument(
        "--results", type=Path, help="file of results (default: ROWS.json)"
    )
    parser.add_argument("--page", type=Path, help="page (default: ROWS.md)")
    parser.add_argument("--work-dir", type=Path, default=ROOT / "work_dirs/benchmark")
    parser.add_argument("--toy-root", type=Path, default=ROOT / "data/toycity")
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], help="passed on to tools/train.py"
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )
    args = parser.parse_args(argv)
    if args.jobs < 1:
        parser.error(f"--jobs must be 1 or more, got {args.jobs}")
    args.results = args.results or args.rows.with_suffix(".json")
    args.page = args.page or args.rows.with_suffix(".md")
    return args


def benchmark(args: argparse.Namespace) -> None:
    """Train what is missing and write the page."""
    rows = read_rows(args.rows, ROOT / "configs")
    runs = [
        Run(row, task, seed)
        for seed in args.seeds
        for task in args.tasks
        for row in rows
    ]
    bench = Benchmark(
        runs,
        args.results.resolve(),
        args.work_dir.resolve(),
        ROOT,
        args.toy_root.resolve(),
        args.cfg_options,
    )
    if not args.table_only:
        check_writable(args.work_dir, "--work-dir")
        ensure_toycity(args.toy_root)
        bench.run(args.jobs, lambda line: print(line, flush=True))
    table = benchmark_table(rows, args.seeds, bench.finished())
    page = args.page.read_text() if args.page.is_file() else _EMPTY
    write_atomic(args.page, replace_table(page, table))
    print(f"page: {args.page}")


_EMPTY = "# Benchmark on ToyCity\n\n<!-- table: begin -->\n<!-- table: end -->\n"


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        benchmark(args)


if __name__ == "__main__":
    main()
