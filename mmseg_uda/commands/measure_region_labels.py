"""Measure what region labels cost on this machine, and what a data set would take.

Draws patches of a config's source labels as tools/make_region_labels.py does, fits
each rule on more and more of them, labels some images, and extrapolates. One process;
two more label the same images again, to see what memory such a process takes.
"""

import argparse

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug
from .request_options import add_root, add_toy


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser, "config with a RegionGridStage")
    add_root(parser, "source")
    add_toy(parser, "on ToyCity, at its size")
    parser.add_argument(
        "--images", type=int, default=24966, help="extrapolate to (default: GTA5's)"
    )
    parser.add_argument(
        "--patches", type=int, help="fit on that many (default: as the config says)"
    )
    parser.add_argument(
        "--labelled", type=int, default=30, help="images to label (default: 30)"
    )
    add_cfg_options(
        parser, "override config entries, such as regions.rules.small.eps=0.2"
    )
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_measure import measure

        return measure(args)
