"""Sort the patches of a config's source labels into kinds, and label all of them.

For configs with a RegionGridStage, such as MLAN's; tools/train.py does the same before
it trains. The same command, run again, goes on where it stopped. See
docs/region_labels.md.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import add_root, add_seed, add_toy


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config with a RegionGridStage")
    parser.add_argument(
        "--out",
        type=Path,
        help="output folder (default: that of the stage, where tools/train.py looks)",
    )
    parser.add_argument("--stage", help="the stage, if the config has several")
    parser.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="I/N",
        help="label the I-th of N parts of the images, I in 1..N: one for each machine",
    )
    parser.add_argument(
        "--workers", type=int, help="processes (default: all cores, 40 at most)"
    )
    add_root(parser, "source")
    add_toy(parser, "on ToyCity, at its size")
    add_seed(parser, "the choice of patches")
    add_cfg_options(
        parser, "override config entries, such as regions.rules.small.eps=0.2"
    )
    add_launcher(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def shard(text: str) -> tuple[int, int]:
    """Read ``I/N``."""
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit()):
        raise argparse.ArgumentTypeError(f"must be I/N, such as 1/4, got '{text}'")
    return int(index), int(count)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on where it stopped."):
        from .run_region_labels import make

        return make(args)
