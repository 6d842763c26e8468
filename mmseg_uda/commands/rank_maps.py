"""Compare maps: how well does each tell wrong pixels from right ones?

On the labelled validation images of a config, for the usual scores (confidence,
entropy, margin, divergence of the two heads), for every map of the config, and for
Lipschitz maps by their noise: AUROC, area under the risk-coverage curve, the weight of
right and of wrong pixels, and cost. Shows a table, writes DIR/ranking.json and
DIR/ranking.png.
"""

import argparse
from pathlib import Path

from .begin import begun
from .choices import COMBINED, NUM_NOISES
from .command_line import add_cfg_options, add_config, add_debug
from .noise_options import parse_noise
from .request_options import (
    TOY,
    add_device,
    add_num_workers,
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
    parser.add_argument(
        "checkpoints",
        nargs="+",
        metavar="checkpoint",
        help="weights of the model; of several, such as those of three seeds, mean and "
        "spread are shown",
    )
    parser.add_argument("--out", required=True, help="folder of table and picture")
    parser.add_argument(
        "--noise",
        nargs="*",
        metavar="KEY=VALUE,...",
        help="noise of the Lipschitz maps to compare, such as "
        "kind=gaussian_clip,eps=2,unit=rms,num_samples=4; without a value: none "
        f"(default: a list of {NUM_NOISES})",
    )
    parser.add_argument(
        "--combine",
        nargs="*",
        choices=COMBINED,
        default=["sum"],
        help="how maps are also combined with the confidence: sum of the map and -log "
        "confidence, which is the product of the weights, or product of these two",
    )
    parser.add_argument(
        "--max-images",
        type=at_least(1),
        metavar="N",
        help="take N images, spread evenly over the set (default: all)",
    )
    add_seed(parser, "the noise", default=0)
    parser.add_argument(
        "--per-class", action="store_true", help="show AUROC by predicted class, too"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="show tables as Markdown"
    )
    add_toy(parser, "the network of --toy")
    add_root(parser, "target", "the validation data")
    add_device(parser)
    add_num_workers(parser)
    add_cfg_options(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    try:
        args.noises = [parse_noise(text) for text in args.noise or ()]
    except ValueError as error:
        parser.error(f"--noise: {error}")
    return args


def main(argv: list[str] | None = None) -> None:
    """Compare the maps."""
    args = parse_args(argv)
    with begun(
        args.debug, "The same command goes on with the checkpoints that are left."
    ):
        from mmseg_uda.map_quality.noise_grid import DEFAULT_NOISE
        from mmseg_uda.map_quality.remarks import left_out_maps, what_was_ranked
        from mmseg_uda.map_quality.table import class_table, ranking_table

        from .run_rank_maps import run_rank_maps

        report = run_rank_maps(
            request_of(args, *TOY, "target_root", "device"),
            args.checkpoints,
            args.out,
            list(DEFAULT_NOISE) if args.noise is None else args.noises,
            combine=args.combine,
            max_images=args.max_images,
            seed=args.seed,
            num_workers=args.num_workers,
        )
        runs = report["runs"]
        for line in left_out_maps(runs):
            print(line)
        print(ranking_table(runs, args.markdown))
        print(what_was_ranked(runs, report["num_images"]))
        if args.per_class:
            print(class_table(runs, report["classes"], args.markdown))
        print(f"{Path(args.out) / 'ranking.json'}, {Path(args.out) / 'ranking.png'}")
