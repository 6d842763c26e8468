"""Train every row of a benchmark on ToyCity with several seeds; write page and picture.

A run that is in the file of results is not trained again; an interrupted one goes on.
"""

import argparse
from pathlib import Path

from mmseg_uda.benchmark import (
    Run,
    benchmark_table,
    draw_benchmark,
    fill_readmes,
    read_page,
    replace_table,
)
from mmseg_uda.benchmark.command import parse_run_args, train_missing
from mmseg_uda.benchmark.rows import TASKS
from mmseg_uda.stages import explained_errors
from mmseg_uda.utils.atomic_files import check_writable, write_atomic

ROOT = Path(__file__).resolve().parents[1]


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
    args = parse_run_args(parser, ROOT, "rows", argv)
    args.page = args.page or args.rows.with_suffix(".md")
    return args


def benchmark(args: argparse.Namespace) -> None:
    """Train what is missing, write the page and draw the picture."""
    page = read_page(args.rows, ROOT / "configs")
    rows = page.rows
    check_writable(args.page.parent, "--page")
    runs = [
        Run(row, task, seed)
        for seed in args.seeds
        for task in args.tasks
        for row in rows
    ]
    results = train_missing(args, runs, ROOT, train=not args.table_only, page=page)
    extras = {"gap": page.gap, "statistics": page.statistics}
    table = benchmark_table(rows, args.seeds, results, **extras)
    text = args.page.read_text() if args.page.is_file() else _EMPTY
    write_atomic(args.page, replace_table(text, table))
    picture = args.page.with_suffix(".png")
    draw_benchmark(rows, args.seeds, results, picture, **extras)
    print(f"page: {args.page}\npicture: {picture}")
    if args.fill_readmes:
        link = args.page.resolve()
        for readme in fill_readmes(rows, args.seeds, results, ROOT / "configs", link):
            print(f"filled: {readme}")


_EMPTY = "# Benchmark on ToyCity\n\n<!-- table: begin -->\n<!-- table: end -->\n"


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        benchmark(args)


if __name__ == "__main__":
    main()
