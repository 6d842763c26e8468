"""Write pseudo-labels for the target images of a config, or for a folder."""

import argparse

from mmseg_uda.utils.key_values import KeyValueAction

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import (
    add_device,
    add_image_folder,
    add_num_workers,
    check_image_folder,
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
    add_image_folder(parser, "the config's target in training")
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
    add_device(parser)
    add_num_workers(parser)
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    check_image_folder(parser, args)
    if args.threshold is not None and args.rule != "GlobalThreshold":
        parser.error(
            f"--threshold is of --rule GlobalThreshold, not of {args.rule} (see "
            "--rule-options)"
        )
    return args


def main(argv: list[str] | None = None) -> int | None:
    """Run the command."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from .run_pseudo_labels import generate

        return generate(args)
