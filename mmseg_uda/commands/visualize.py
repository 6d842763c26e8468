"""Draw what a checkpoint makes of images: Figures 4 to 6 of the LCDA paper.

For each image one sheet: the image, its ground truth where known, the semantic output,
the confidence weight (probability of the predicted category), the variance weight
(probability that noise on the features changes it) and the Lipschitz map.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import NOISE, NOISE_KINDS, NOISE_UNITS
from .command_line import add_cfg_options, add_config, add_debug
from .request_options import (
    TOY,
    add_device,
    add_root,
    add_seed,
    add_toy,
    at_least,
    request_of,
)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config of the model: of this project or mmseg's")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument(
        "images", nargs="+", help="image files, and folders to search at any depth"
    )
    parser.add_argument("--out", required=True, help="folder of the pictures")
    parser.add_argument(
        "--panels",
        action="store_true",
        help="also write every panel as a file, at the size of the image",
    )
    parser.add_argument(
        "--labels",
        metavar="DIR",
        help="ground truth as PNGs of class ids, called as the pictures are (default: "
        "that of the config's validation data)",
    )
    parser.add_argument(
        "--draws",
        type=at_least(1),
        default=20,
        help="noise draws for the variance weight (default: %(default)s)",
    )
    parser.add_argument(
        "--kind",
        choices=NOISE_KINDS,
        help="kind of noise (default: that of the config's LipschitzMap, else "
        f"{NOISE['kind']})",
    )
    parser.add_argument(
        "--eps",
        type=float,
        help="bound on the noise, in units of --unit (default: the config's, else "
        f"{NOISE['eps']:g})",
    )
    parser.add_argument(
        "--unit",
        choices=NOISE_UNITS,
        help="unit of --eps: absolute, root mean square of the features, or their norm "
        f"at each location (default: the config's, else {NOISE['unit']})",
    )
    add_seed(parser, "the noise", default=0)
    parser.add_argument(
        "--overwrite", action="store_true", help="draw anew what is there already"
    )
    parser.add_argument(
        "--stage",
        metavar="NAME",
        help="stage of the model (default: last to train)",
    )
    add_toy(parser, "the network of --toy")
    add_root(parser, "target", "the validation data")
    add_device(parser)
    add_cfg_options(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Draw the pictures."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from mmseg_uda.utils.wording import counted

        from .run_visualize import run_visualize

        noise = {"kind": args.kind, "eps": args.eps, "unit": args.unit}
        drawn, before = run_visualize(
            request_of(args, *TOY, "target_root", "device"),
            args.checkpoint,
            args.images,
            args.out,
            stage=args.stage,
            labels=args.labels,
            draws=args.draws,
            seed=args.seed,
            noise={key: value for key, value in noise.items() if value is not None},
            single=args.panels,
            overwrite=args.overwrite,
        )
        skipped = f" ({before} had been drawn before)" if before else ""
        images = counted(drawn, "image")
        print(f"{images} drawn{skipped}: {Path(args.out) / 'sheet'}")
