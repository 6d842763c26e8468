"""What the commands that train many runs have in common."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from mmseg_uda.commands.command_line import add_debug, add_toy_network
from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK
from mmseg_uda.toycity import ensure_toycity
from mmseg_uda.utils.atomic_files import check_writable

from .option_check import check_run_options
from .page import Page
from .runs import Benchmark, Run


def parse_run_args(
    parser: argparse.ArgumentParser, root: Path, file: str, argv: Sequence[str] | None
) -> argparse.Namespace:
    """Add the options of such a command to its own ones, and read them all.

    Args:
        parser: Parser with the command's own options.
        root: The project's folder.
        file: Name of the option that is the file which says what to train.
        argv: The command line; None for that of the process.
    """
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument(
        "--results", type=Path, help=f"file of results (default: {file.upper()}.json)"
    )
    parser.add_argument(
        "--work-dir",
        type=Path,
        help=f"folder of the trainings (default: work_dirs/NAME, NAME as of {file})",
    )
    parser.add_argument("--toy-root", type=Path, default=root / "data/toycity")
    add_toy_network(parser, f"the one that {file} names, else {DEFAULT_NETWORK}")
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], help="for every run, KEY=VALUE"
    )
    add_debug(parser)
    args = parser.parse_args(argv)
    if args.jobs < 1:
        parser.error(f"--jobs must be 1 or more, got {args.jobs}")
    args.seeds = list(dict.fromkeys(args.seeds))
    read = getattr(args, file)
    args.results = args.results or read.with_suffix(".json")
    # by the file: two of them may have runs of one name
    args.work_dir = args.work_dir or root / "work_dirs" / read.stem
    return args


def train_missing(
    args: argparse.Namespace,
    runs: Sequence[Run],
    root: Path,
    train: bool = True,
    page: Page | None = None,
) -> dict[str, dict]:
    """Train the runs that are missing, and return the results of all.

    Args:
        args: What :func:`parse_run_args` returned.
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
