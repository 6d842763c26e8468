"""Check every data set of a config and print what it holds.

Usage: ``python tools/check_data.py CONFIG [--full] [--anew] [--dry-run]
[--source-root DIR]
[--target-root DIR] [--cfg-options KEY=VALUE ...]``
"""

import argparse

from .begin import begun
from .command_line import FOR_STAGES, add_cfg_options, add_config, add_debug
from .request_options import add_device, add_root


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser, "config file")
    parser.add_argument(
        "--full",
        action="store_true",
        help="decode every file (default: 200 samples of each data set)",
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help="decode again what an earlier call has decoded and has not changed since",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="also train three iterations of every stage with random weights, and tell "
        "how long the whole takes, and how much memory",
    )
    add_device(parser)
    add_debug(parser)
    add_root(parser, "source")
    add_root(parser, "target")
    add_cfg_options(parser, FOR_STAGES)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_check import check_all

        return check_all(args)
