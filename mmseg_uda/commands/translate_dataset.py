"""Write a domain's images with another look, by a trained image translator.

Labels stay those of the originals. The same command, run again, goes on where it
stopped.
"""

import argparse

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import (
    add_device,
    add_image_folder,
    add_num_workers,
    add_root,
    add_toy,
    at_least,
    check_image_folder,
)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config that the translator was trained with")
    parser.add_argument("checkpoint", help="weights of the translator")
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument(
        "--generator",
        default="g_st",
        help="head that translates (default: %(default)s, source to target look)",
    )
    parser.add_argument(
        "--domain",
        default="source",
        help="domain of the config's training data (default: %(default)s)",
    )
    add_image_folder(parser, "the domain's")
    parser.add_argument(
        "--stage",
        metavar="NAME",
        help="training stage of the translator (default: the one with such a head)",
    )
    parser.add_argument(
        "--batch-size",
        type=at_least(1),
        default=1,
        help="images at a time (default: 1)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="remove what the folder holds instead of going on with it",
    )
    add_device(parser)
    add_num_workers(parser)
    add_root(parser, "source")
    add_root(parser, "target")
    add_toy(parser)
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    check_image_folder(parser, args)
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from .run_translate import translate

        return translate(args)
