"""What ``mmseg-uda benchmark`` trains and writes."""

import argparse

from mmseg_uda.benchmark import (
    Run,
    benchmark_table,
    draw_benchmark,
    fill_readmes,
    read_page,
    replace_table,
)
from mmseg_uda.benchmark.command import train_missing
from mmseg_uda.utils.atomic_files import check_writable, write_atomic
from mmseg_uda.utils.shipped import project


def benchmark(args: argparse.Namespace) -> None:
    """Train what is missing, write the page and draw the picture."""
    page = read_page(args.rows, project() / "configs")
    rows = page.rows
    check_writable(args.page.parent, "--page")
    runs = [
        Run(row, task, seed)
        for seed in args.seeds
        for task in args.tasks
        for row in rows
    ]
    results = train_missing(args, runs, project(), train=not args.table_only, page=page)
    extras = {"gap": page.gap, "statistics": page.statistics}
    table = benchmark_table(rows, args.seeds, results, **extras)
    text = args.page.read_text() if args.page.is_file() else _EMPTY
    write_atomic(args.page, replace_table(text, table))
    picture = args.page.with_suffix(".png")
    draw_benchmark(rows, args.seeds, results, picture, **extras)
    print(f"page: {args.page}\npicture: {picture}")
    if args.fill_readmes:
        link = args.page.resolve()
        for readme in fill_readmes(
            rows, args.seeds, results, project() / "configs", link
        ):
            print(f"filled: {readme}")


_EMPTY = "# Benchmark on ToyCity\n\n<!-- table: begin -->\n<!-- table: end -->\n"
