"""Write pseudo-labels for the target images of a config, or for a folder."""

import argparse

from mmseg_uda.utils.key_values import KeyValueAction

from .begin import begun
from .command_line import (
    add_cfg_options,
    add_config,
    add_debug,
    add_launcher,
)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser, "config of the model: of this project or mmseg's")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument(
        "--average-with",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="further weights of this config: label by the mean of all networks",
    )
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument(
        "--rule",
        default="KeepAll",
        help="KeepAll (default), GlobalThreshold, ClassBalanced, ClassQuantile, "
        "ConsistencyBalanced, SoftClassBalanced",
    )
    parser.add_argument(
        "--threshold", type=float, help="lowest confidence that GlobalThreshold keeps"
    )
    parser.add_argument(
        "--rule-options",
        nargs="+",
        action=KeyValueAction,
        default={},
        metavar="KEY=VALUE",
        help="further options of the rule, such as portion=0.2 of ClassBalanced",
    )
    parser.add_argument(
        "--tta", action="store_true", help="predict with the config's tta_pipeline"
    )
    parser.add_argument(
        "--target-statistics",
        action="store_true",
        help="predict with the batch norm statistics of these images",
    )
    parser.add_argument(
        "--images", help="folder of images; default: the config's target in training"
    )
    parser.add_argument(
        "--image-suffix",
        metavar="SUFFIX",
        help="ending of the images in that folder, such as _leftImg8bit.png; default: "
        "that of any image",
    )
    parser.add_argument(
        "--weight-map",
        metavar="MAP",
        help="map of the config, such as lipschitz: report what the weight exp(-MAP) "
        "is on the labels",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="remove what the folder holds instead of going on with it",
    )
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="accept a checkpoint that fits the model only in part",
    )
    parser.add_argument(
        "--device", choices=["cpu", "cuda"], help="default: a GPU if there is one"
    )
    parser.add_argument("--num-workers", type=int, help="default: the config's")
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")
    if args.threshold is not None and args.rule != "GlobalThreshold":
        parser.error(
            f"--threshold is of --rule GlobalThreshold, not of {args.rule} (see "
            "--rule-options)"
        )
    if args.num_workers is not None and args.num_workers < 0:
        parser.error(f"--num-workers must be 0 or larger, got {args.num_workers}")
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from .run_pseudo_labels import generate

        return generate(args)
