"""Score a checkpoint on the test data of a config, as a table of IoUs.

The checkpoint has to fit the model completely; discriminators and the like that only
training needs may be missing, or be in it beyond what the config has.
"""

import argparse
from pathlib import Path

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug, add_launcher
from .request_options import TOY, add_device, add_root, add_toy, request_of


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser, "config file")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument(
        "--work-dir",
        type=Path,
        help="where logs and test_<checkpoint>.json go (default: test/ beside the "
        "checkpoint)",
    )
    parser.add_argument(
        "--average-with",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="further weights of this config: score the mean of all networks",
    )
    parser.add_argument("--out", help="folder for predictions as PNGs of class ids")
    parser.add_argument("--show-dir", help="folder for painted predictions")
    parser.add_argument(
        "--tta", action="store_true", help="average over the config's tta_pipeline"
    )
    add_toy(parser, "test on ToyCity")
    add_root(parser, "target", "the test data")
    add_device(parser)
    add_cfg_options(parser)
    add_launcher(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Score the checkpoint."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_test import run_test

        work_dir = args.work_dir or Path(args.checkpoint).parent / "test"
        fields = (*TOY, "target_root", "device", "launcher")
        run_test(
            request_of(args, *fields, work_dir=work_dir),
            args.checkpoint,
            tta=args.tta,
            out=args.out,
            show_dir=args.show_dir,
            average_with=args.average_with,
        )
