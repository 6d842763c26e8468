"""Training the runs of a benchmark that are missing."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK
from mmseg_uda.toycity import ensure_toycity
from mmseg_uda.utils.atomic_files import check_writable

from .option_check import check_run_options
from .page import Page
from .runs import Benchmark, Run


def train_missing(
    args: argparse.Namespace,
    runs: Sequence[Run],
    root: Path,
    train: bool = True,
    page: Page | None = None,
) -> dict[str, dict]:
    """Train the runs that are missing, and return the results of all.

    Args:
        args: What the command line says: ``seeds``, ``jobs``, ``results``,
            ``work_dir``, ``toy_root``, ``toy_network`` and ``cfg_options``.
        runs: All runs.
        root: The project's folder.
        train: False returns what there is.
        page: What the file of a benchmark says of all runs.

    Raises:
        ValueError: If the command line contradicts that, or results are of others.
    """
    page = page or Page(Path(), [])
    page.check_command_line(args.toy_network, args.cfg_options)
    benchmark = Benchmark(
        runs,
        args.results.resolve(),
        args.work_dir.resolve(),
        root,
        args.toy_root.resolve(),
        [*args.cfg_options, *page.options],
        page.toy_network or args.toy_network or DEFAULT_NETWORK,
        page.statistics,
    )
    if page.toy_network:  # a table must not mix networks, drawn anew or not
        benchmark.check_networks()
    if train:
        check_writable(args.work_dir, "--work-dir")
        check_writable(args.results.parent, "--results")
        finished = benchmark.finished()
        check_run_options(benchmark, [run for run in runs if run.name not in finished])
        ensure_toycity(args.toy_root)
        # `kill` ends the trainings, too, as Ctrl-C does
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        benchmark.run(args.jobs, lambda line: print(line, flush=True))
    return benchmark.finished()
