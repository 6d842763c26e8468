"""Write pseudo-labels for the target images of a config, or for a folder."""

import argparse
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from mmengine.dist import init_dist, is_main_process

from mmseg_uda.engine.stages.errors import explained_errors
from mmseg_uda.pseudo_labels import run_pseudo_label_stage


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "config", help="config of the model: of this project or mmseg's"
    )
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument(
        "--rule", default="KeepAll", help="KeepAll (default), GlobalThreshold, ..."
    )
    parser.add_argument(
        "--threshold", type=float, help="lowest confidence that GlobalThreshold keeps"
    )
    parser.add_argument(
        "--tta", action="store_true", help="predict with the config's tta_pipeline"
    )
    parser.add_argument(
        "--images", help="folder of images; default: the config's target in training"
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
    parser.add_argument(
        "--device", choices=["cpu", "cuda"], help="default: a GPU if there is one"
    )
    parser.add_argument("--num-workers", type=int, help="default: the config's")
    parser.add_argument("--cfg-options", nargs="+", action=DictAction, help="key=value")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    parser.add_argument("--launcher", choices=["none", "pytorch"], default="none")
    # torch.distributed.launch passes this; torchrun sets the environment instead.
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0)
    args = parser.parse_args(argv)
    if args.threshold is not None and args.rule == "KeepAll":
        parser.error("--threshold needs a rule that has one: --rule GlobalThreshold")
    if not Path(args.config).is_file():
        parser.error(f"config {args.config} does not exist")
    return args


def main(args: argparse.Namespace) -> None:
    """Write the labels and say where they are."""
    if args.launcher != "none":
        init_dist(args.launcher, "nccl" if torch.cuda.is_available() else "gloo")
    rule = {"type": args.rule}
    if args.threshold is not None:
        rule["threshold"] = args.threshold
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    report = run_pseudo_label_stage(
        cfg,
        args.checkpoint,
        args.out,
        rule=rule,
        tta=args.tta,
        images=args.images,
        overwrite=args.overwrite,
        allow_partial=args.allow_partial,
        device=args.device,
        num_workers=args.num_workers,
    )
    if is_main_process():
        print(
            f"{report['num_images']} images, {100 * report['kept_share']:.1f} % of the "
            f"pixels kept: {Path(args.out) / 'pseudo_labels.json'}"
        )


if __name__ == "__main__":
    arguments = parse_args()
    with explained_errors(
        arguments.debug, "The same command goes on with the images that are left."
    ):
        main(arguments)
