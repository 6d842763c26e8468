"""Predict a folder of images: a mask each, and a table of the classes' shares.

Names and folders are kept. DIR/labels holds masks of class ids at the images' sizes,
DIR/class_shares.csv a row for each image, DIR/prediction.json what the ids mean. The
same command, run again, goes on where it stopped.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import (
    TOY,
    add_device,
    add_num_workers,
    add_toy,
    request_of,
)

_OPACITY = 0.5


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config of the model, of this project or mmseg's; or an export")
    parser.add_argument(
        "checkpoint", nargs="?", help="weights of the model; an export brings its own"
    )
    parser.add_argument("images", help="folder of images, at any depth, or one image")
    parser.add_argument("--out", required=True, metavar="DIR", help="output folder")
    parser.add_argument(
        "--overlay",
        nargs="?",
        type=share,
        const=_OPACITY,
        metavar="OPACITY",
        help="also write DIR/overlays: the images under the classes' colours (a "
        "background, or the first of two classes, is left as it is), and "
        f"DIR/legend.png (opacity: in 0 to 1, default {_OPACITY})",
    )
    parser.add_argument(
        "--confidence",
        action="store_true",
        help="also write DIR/confidence: 255 times the predicted class' probability",
    )
    parser.add_argument(
        "--image-suffix",
        metavar="SUFFIX",
        help="ending of the images in the folder, such as _leftImg8bit.png; default: "
        "that of any image",
    )
    parser.add_argument(
        "--submission",
        metavar="NAME",
        help="predict the test images of this data set, such as acdc or loveda/rural, "
        "whose folder IMAGES is then, and also write DIR/submission: the files that "
        "its test server takes (docs/data.md)",
    )
    parser.add_argument(
        "--average-with",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="further weights of this config: predict the mean of all networks",
    )
    parser.add_argument(
        "--tta", action="store_true", help="predict with the config's tta_pipeline"
    )
    parser.add_argument(
        "--stage", metavar="NAME", help="stage of the model (default: last to train)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="remove what the folder holds instead of going on with it",
    )
    add_toy(parser, "the network of --toy")
    add_device(parser)
    add_num_workers(parser)
    add_cfg_options(parser)
    add_launcher(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    if args.checkpoint is None:
        args.config, args.checkpoint = _exported(parser, args.config)
    if args.image_suffix and Path(args.images).is_file():
        parser.error("--image-suffix is of a folder of images, and IMAGES is a file")
    if args.image_suffix and args.submission:
        parser.error("--image-suffix: --submission knows how its images are called")
    return args


def _exported(parser: argparse.ArgumentParser, folder: str | Path) -> tuple[Path, str]:
    """Return config and weights of an export."""
    config, weights = Path(folder, "model.py"), Path(folder, "model.pth")
    if config.is_file() and weights.is_file():
        return config, str(weights)
    if Path(folder).is_dir():
        parser.error(f"{folder} is no export: it has no model.py and model.pth")
    parser.error(_which_checkpoint(Path(folder)))


def _which_checkpoint(config: Path) -> str:
    """Say what is missing, and which checkpoints a training of this config has left."""
    said = "the following arguments are required: checkpoint, images"
    runs = Path("work_dirs", config.stem)
    found = [*sorted(runs.glob("*/best_*.pth")), *sorted(runs.glob("*/iter_*.pth"))]
    if found:
        return f"{said}. Its checkpoints: {', '.join(map(str, found[:8]))}"
    return f"{said}. Trainings leave checkpoints in {runs}/STAGE"


def share(text: str) -> float:
    """Read a number above 0, at most 1."""
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"must be above 0, at most 1, got {text}")
    return number


def main(argv: list[str] | None = None) -> None:
    """Predict the images."""
    args = parse_args(argv)
    with begun(args.debug, "The same command goes on with the images that are left."):
        from .run_predict import predict

        request = request_of(args, *TOY, "device", "launcher")
        predict(
            request,
            [args.checkpoint, *args.average_with],
            args.images,
            args.out,
            stage=args.stage,
            tta=args.tta,
            confidence=args.confidence,
            opacity=args.overlay,
            image_suffix=args.image_suffix,
            submission=args.submission,
            overwrite=args.overwrite,
            num_workers=args.num_workers,
        )
