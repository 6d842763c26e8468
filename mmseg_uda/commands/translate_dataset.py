"""Write a domain's images with another look, by a trained image translator.

Labels stay those of the originals. The same command, run again, goes on where it
stopped.
"""

import argparse

from .begin import begun
from .command_line import (
    add_cfg_options,
    add_config,
    add_debug,
    add_launcher,
    add_toy_network,
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
    parser.add_argument("--images", help="folder of images; default: the domain's")
    parser.add_argument(
        "--image-suffix",
        metavar="SUFFIX",
        help="ending of the images in that folder, such as _leftImg8bit.png; default: "
        "that of any image",
    )
    parser.add_argument(
        "--stage",
        metavar="NAME",
        help="training stage of the translator (default: the one with such a head)",
    )
    parser.add_argument(
        "--batch-size", type=int, default=1, help="images at a time (default: 1)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="remove what the folder holds instead of going on with it",
    )
    parser.add_argument(
        "--device", choices=["cpu", "cuda"], help="default: a GPU if there is one"
    )
    parser.add_argument("--num-workers", type=int, help="default: the config's")
    parser.add_argument("--source-root", metavar="DIR", help="folder of the source")
    parser.add_argument("--target-root", metavar="DIR", help="folder of the target")
    parser.add_argument("--toy", action="store_true", help="as tools/train.py --toy")
    parser.add_argument(
        "--toy-root",
        default="data/toycity",
        help="where ToyCity lies (default: %(default)s)",
    )
    add_toy_network(parser)
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")
    if args.batch_size < 1:
        parser.error(f"--batch-size must be 1 or larger, got {args.batch_size}")
    if args.num_workers is not None and args.num_workers < 0:
        parser.error(f"--num-workers must be 0 or larger, got {args.num_workers}")
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from .run_translate import translate

        return translate(args)
