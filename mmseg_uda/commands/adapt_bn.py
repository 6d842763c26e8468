"""Give the batch norms of a checkpoint the statistics of unlabelled images.

The cheapest adaptation there is: no training, no label, no source image, one pass of
the images through the network (with --exact, one for each layer). The result is a
checkpoint like the one given: test it, predict with it, or start a stage from it.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import (
    TOY,
    add_device,
    add_image_folder,
    add_num_workers,
    add_root,
    add_toy,
    at_least,
    check_image_folder,
    request_of,
)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config of the model: of this project or mmseg's")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument("--out", required=True, type=Path, help="checkpoint to write")
    add_image_folder(parser, "the config's target in training")
    parser.add_argument(
        "--blend",
        type=float,
        default=0.0,
        metavar="A",
        help="share of the checkpoint's own statistics in the new ones, below 1; of "
        "use with few images (default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=at_least(1),
        default=8,
        metavar="N",
        help="images at a time, by whose statistics the network normalises meanwhile "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="go through the images once for each layer, so that the batches don't "
        "matter at all",
    )
    parser.add_argument(
        "--layers",
        nargs="+",
        default=["*"],
        metavar="PATTERN",
        help="batch norms to adapt by name, such as 'backbone.*' (default: all)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the report, all layers, as JSON",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace the files to write: --json an earlier report alone",
    )
    parser.add_argument(
        "--stage", metavar="NAME", help="stage of the model (default: last to train)"
    )
    add_toy(parser)
    add_root(parser, "target")
    add_device(parser)
    add_num_workers(parser)
    add_cfg_options(parser)
    add_launcher(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    check_image_folder(parser, args)
    if not 0 <= args.blend < 1:
        parser.error(f"--blend must be at least 0 and below 1, got {args.blend}")
    return args


def main(argv: list[str] | None = None) -> None:
    """Adapt the checkpoint."""
    args = parse_args(argv)
    with begun(args.debug, "Nothing was written."):
        from mmseg_uda.statistics import StatisticsOptions

        from .run_adapt_bn import run_adapt_bn

        run_adapt_bn(
            request_of(args, *TOY, "target_root", "device", "launcher"),
            args.checkpoint,
            args.out,
            StatisticsOptions(args.blend, args.batch_size, args.exact, args.layers),
            stage=args.stage,
            images=args.images,
            image_suffix=args.image_suffix,
            json=args.json,
            num_workers=args.num_workers,
            overwrite=args.overwrite,
        )
