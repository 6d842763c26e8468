"""Draw ToyCity, the embedded benchmark, to disk: see docs/toycity.md."""

import argparse

from .begin import begun
from .choices import TOYCITY
from .command_line import add_debug


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data/toycity", help="folder to fill")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(TOYCITY),
        default=list(TOYCITY),
        help="domains to make",
    )
    parser.add_argument("--seed", type=int, default=0)
    for domain, splits in TOYCITY.items():
        for split, count in splits.items():
            text = f"pictures of {domain}, {split} (default {count})"
            flag = f"--num-{domain}-{split}"
            parser.add_argument(flag, type=int, default=count, help=text)
    parser.add_argument("--workers", type=int, help="processes (default: all cores)")
    parser.add_argument(
        "--overwrite", action="store_true", help="draw anew what an earlier run made"
    )
    parser.add_argument(
        "--sheet", metavar="FILE.png", help="only draw a contact sheet to this file"
    )
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on where it stopped."):
        from .run_toycity import make

        return make(args)
