"""Write a trained network as files that work without this package.

DIR/model.py and DIR/model.pth are for stock mmsegmentation, DIR/README.md is a model
card; --onnx and --torch-export add model.onnx and model.pt2. All are compared with the
network's own predictions, and nothing is written where they differ.
"""

import argparse

from .begin import begun
from .command_line import add_cfg_options, add_config, add_debug
from .request_options import TOY, add_toy, request_of


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_config(parser, "config of the model: of this project or mmseg's")
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument("--out", required=True, metavar="DIR", help="output folder")
    parser.add_argument(
        "--onnx",
        action="store_true",
        help="also write DIR/model.onnx: from the pixels of an image of any size to "
        "the class of each",
    )
    parser.add_argument(
        "--torch-export",
        action="store_true",
        help="also write DIR/model.pt2: the network alone, by torch.export",
    )
    parser.add_argument(
        "--stage", metavar="NAME", help="stage of the model (default: last to train)"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an export that is there"
    )
    add_toy(parser, "the network of --toy")
    add_cfg_options(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Export the network."""
    args = parse_args(argv)
    with begun(args.debug):
        from .run_export import run_export

        run_export(
            request_of(args, *TOY),
            args.checkpoint,
            args.out,
            stage=args.stage,
            onnx=args.onnx,
            program=args.torch_export,
            overwrite=args.overwrite,
        )
