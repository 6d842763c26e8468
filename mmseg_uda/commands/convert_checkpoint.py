"""Convert a checkpoint of the literature to the layout of this project and of mmseg.

Reads what AdaptSegNet, ADVENT, CLAN, FDA, BDL, CRST and Seg-Uncertainty (MRNet, RPLUE)
publish, recognises which it is, and prints what becomes of every key. Without OUT that
is all. No code of a file is ever executed. See docs/checkpoints.md.
"""

import argparse
from pathlib import Path

import mmseg_uda  # noqa: F401  registers the parts and quietens foreign noise
from mmseg_uda.commands.command_line import add_debug
from mmseg_uda.stages.explanations import explained_errors
from mmseg_uda.weights.published import FAMILIES
from mmseg_uda.weights.published.convert_file import (
    check_output,
    read_published,
    report_path,
    write_converted,
)
from mmseg_uda.weights.published.report import as_text
from mmseg_uda.weights.weight_files import check_is_file

ROOT = Path(__file__).resolve().parents[1]


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


def run(args: argparse.Namespace) -> None:
    """Convert, report, and write if there is somewhere to write to."""
    path = check_is_file(args.checkpoint)
    if args.out is not None:
        check_output(path, args.out, args.overwrite)
    conversion, config = read_published(path, ROOT, args.family, args.drop)
    print(as_text(conversion, config, with_keys=not args.quiet))
    if args.out is None:
        print("Nothing was written: give a second argument, the file to write.")
        return
    write_converted(path, args.out, conversion, config)
    print(f"Wrote {args.out}, and the report to {report_path(args.out)}")
    if config is not None:
        print(f"Next: {config.next_command(args.out)}")


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug):
        run(args)


if __name__ == "__main__":
    main()
