"""Draw what a checkpoint makes of images: Figures 4 to 6 of the LCDA paper.

For each image one sheet: the image, its ground truth where known, the semantic output,
the confidence weight (probability of the predicted category), the variance weight
(probability that noise on the features changes it) and the Lipschitz map.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import NOISE, NOISE_KINDS, NOISE_UNITS
from .command_line import add_cfg_options, add_config, add_debug, add_toy_network


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
        type=int,
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
    parser.add_argument("--seed", type=int, default=0, help="seed of the noise")
    parser.add_argument(
        "--overwrite", action="store_true", help="draw anew what is there already"
    )
    parser.add_argument(
        "--stage",
        metavar="NAME",
        help="stage of the model (default: last to train)",
    )
    parser.add_argument("--toy", action="store_true", help="the network of --toy")
    parser.add_argument("--toy-root", default="data/toycity", help="where ToyCity lies")
    parser.add_argument(
        "--target-root", metavar="DIR", help="folder of the validation data"
    )
    add_toy_network(parser)
    parser.add_argument("--device", choices=["cpu", "cuda"], help="default: GPU if any")
    add_cfg_options(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    if args.draws < 1:
        parser.error(f"--draws must be 1 or larger, got {args.draws}")
    if args.seed < 0:
        parser.error(f"--seed must be 0 or larger, got {args.seed}")
    return args


def main(argv: list[str] | None = None) -> None:
    """Draw the pictures."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from mmseg_uda.stages import Request
        from mmseg_uda.utils.wording import counted

        from .run_visualize import run_visualize

        request = Request(
            config=args.config,
            options=args.cfg_options or {},
            toy=args.toy,
            toy_root=args.toy_root,
            toy_network=args.toy_network,
            target_root=args.target_root,
            device=args.device,
        )
        noise = {"kind": args.kind, "eps": args.eps, "unit": args.unit}
        drawn, before = run_visualize(
            request,
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
