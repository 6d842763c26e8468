"""Convert a checkpoint of the literature to the layout of this project and of mmseg.

Reads what AdaptSegNet, ADVENT, CLAN, FDA, BDL, CRST and Seg-Uncertainty (MRNet, RPLUE)
publish, recognises which it is, and prints what becomes of every key. Without OUT that
is all. No code of a file is ever executed. See docs/checkpoints.md.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import FAMILIES
from .command_line import add_debug


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="file as published")
    parser.add_argument(
        "out", nargs="?", type=Path, help="file to write; OUT.json gets the report"
    )
    parser.add_argument(
        "--family",
        choices=FAMILIES,
        help="where the file is from, if the weights leave that open (the report says "
        "so): adaptsegnet and maxsquare run two of four branches, crst sees RGB",
    )
    parser.add_argument(
        "--drop",
        nargs="+",
        default=[],
        metavar="PATTERN",
        help="leave out weights by name, such as 'ema.*'",
    )
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="leave the list of all keys to the report in OUT.json",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace OUT and its report"
    )
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_convert import run

        return run(args)
