"""Give the batch norms of a checkpoint the statistics of unlabelled images.

The cheapest adaptation there is: no training, no label, no source image, one pass of
the images through the network (with --exact, one for each layer). The result is a
checkpoint like the one given: test it, predict with it, or start a stage from it.
"""

import argparse
from pathlib import Path

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
    add_config(parser, "config of the model: of this project or mmseg's")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument("--out", required=True, type=Path, help="checkpoint to write")
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
        "--blend",
        type=float,
        default=0.0,
        metavar="A",
        help="share of the checkpoint's own statistics in the new ones, below 1; of "
        "use with few images (default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=int,
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
    parser.add_argument("--toy", action="store_true", help="as tools/train.py --toy")
    parser.add_argument("--toy-root", default="data/toycity", help="where ToyCity lies")
    add_toy_network(parser)
    parser.add_argument("--target-root", metavar="DIR", help="folder of the target")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="default: GPU if any")
    parser.add_argument("--num-workers", type=int, help="default: the config's")
    add_cfg_options(parser)
    add_launcher(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")
    if args.num_workers is not None and args.num_workers < 0:
        parser.error(f"--num-workers must be 0 or larger, got {args.num_workers}")
    if not 0 <= args.blend < 1:
        parser.error(f"--blend must be at least 0 and below 1, got {args.blend}")
    if args.batch_size < 1:
        parser.error(f"--batch-size must be 1 or larger, got {args.batch_size}")
    return args


def main(argv: list[str] | None = None) -> None:
    """Adapt the checkpoint."""
    args = parse_args(argv)
    with begun(args.debug, "Nothing was written."):
        from mmseg_uda.stages import Request
        from mmseg_uda.statistics import StatisticsOptions

        from .run_adapt_bn import run_adapt_bn

        request = Request(
            config=args.config,
            options=args.cfg_options or {},
            toy=args.toy,
            toy_root=args.toy_root,
            toy_network=args.toy_network,
            target_root=args.target_root,
            device=args.device,
            launcher=args.launcher,
        )
        run_adapt_bn(
            request,
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
