"""Score a checkpoint on the test data of a config, as a table of IoUs.

The checkpoint has to fit the model completely; discriminators and the like that only
training needs may be missing, or be in it beyond what the config has.
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
    parser.add_argument("--toy", action="store_true", help="test on ToyCity")
    parser.add_argument("--toy-root", default="data/toycity", help="where ToyCity lies")
    add_toy_network(parser)
    parser.add_argument("--target-root", metavar="DIR", help="folder of the test data")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="default: GPU if any")
    add_cfg_options(parser)
    add_launcher(parser)
    add_debug(parser)
    args = parser.parse_args(argv)
    return args


def main(argv: list[str] | None = None) -> None:
    """Score the checkpoint."""
    args = parse_args(argv)
    with begun(args.debug):
        from mmseg_uda.stages import Request

        from .run_test import run_test

        request = Request(
            config=args.config,
            work_dir=args.work_dir or Path(args.checkpoint).parent / "test",
            options=args.cfg_options or {},
            toy=args.toy,
            toy_root=args.toy_root,
            toy_network=args.toy_network,
            target_root=args.target_root,
            device=args.device,
            launcher=args.launcher,
        )
        run_test(
            request,
            args.checkpoint,
            tta=args.tta,
            out=args.out,
            show_dir=args.show_dir,
            average_with=args.average_with,
        )
