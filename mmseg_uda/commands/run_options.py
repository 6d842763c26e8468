"""Options of the commands that train many runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .choices import TOY_NETWORKS, TOY_ROOT
from .command_line import add_debug
from .request_options import add_toy_network, at_least


def parse_run_args(
    parser: argparse.ArgumentParser, file: str, argv: Sequence[str] | None
) -> argparse.Namespace:
    """Add the options of such a command to its own ones, and read them all.

    Args:
        parser: Parser with the command's own options.
        file: Name of the option that is the file which says what to train.
        argv: The command line; None for that of the process.
    """
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--jobs", type=at_least(1), default=1, help="trainings at a time"
    )
    parser.add_argument(
        "--results", type=Path, help=f"file of results (default: {file.upper()}.json)"
    )
    parser.add_argument(
        "--work-dir",
        type=Path,
        help=f"folder of the trainings (default: work_dirs/NAME, NAME as of {file})",
    )
    parser.add_argument("--toy-root", type=Path, default=Path(TOY_ROOT))
    add_toy_network(parser, f"the one that {file} names, else {TOY_NETWORKS[0]}")
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], help="for every run, KEY=VALUE"
    )
    add_debug(parser)
    args = parser.parse_args(argv)
    args.seeds = list(dict.fromkeys(args.seeds))
    read = getattr(args, file)
    args.results = args.results or read.with_suffix(".json")
    # by the file: two of them may have runs of one name
    args.work_dir = args.work_dir or Path("work_dirs", read.stem)
    return args
