"""Look at your folders and write a config for them: one short file.

Images with labels (the source), and images of the domain that you care about (the
target). Written are DIR/NAME.py, NAME as DIR is called, and DIR/fingerprint.json with
what was found; train it with `mmseg-uda train DIR/NAME.py`.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import add_debug
from .folder_options import add_folders, add_plan_options, check_folders
from .request_options import add_device


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_folders(parser)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder of the config"
    )
    add_plan_options(parser)
    add_device(parser)
    parser.add_argument(
        "--overwrite", action="store_true", help="write over an earlier config"
    )
    add_debug(parser)
    args = parser.parse_args(argv)
    check_folders(parser, args)
    return args


def main(argv: list[str] | None = None) -> None:
    """Write the config."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_init import initialise

        initialise(args)
