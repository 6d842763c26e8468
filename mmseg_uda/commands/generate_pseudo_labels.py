"""Write pseudo-labels for the target images of a config, or for a folder."""

import argparse
import sys
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmseg_uda.commands.command_line import (
    KeyValueAction,
    add_cfg_options,
    add_debug,
    add_launcher,
)
from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.pseudo_labels import (
    LabelWeights,
    has_no_batch_norm,
    outcome_line,
    outcome_warnings,
    run_pseudo_label_stage,
)
from mmseg_uda.stages import Request, Resolver, StageError, explained_errors
from mmseg_uda.stages.checks.image_headers import check_images
from mmseg_uda.stages.ranks import start_processes
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.utils.ranks import on_rank_zero


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "config", type=Path, help="config of the model: of this project or mmseg's"
    )
    parser.add_argument("checkpoint", help="weights of the model")
    parser.add_argument(
        "--average-with",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="further weights of this config: label by the mean of all networks",
    )
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument(
        "--rule",
        default="KeepAll",
        help="KeepAll (default), GlobalThreshold, ClassBalanced, ClassQuantile, "
        "ConsistencyBalanced, SoftClassBalanced",
    )
    parser.add_argument(
        "--threshold", type=float, help="lowest confidence that GlobalThreshold keeps"
    )
    parser.add_argument(
        "--rule-options",
        nargs="+",
        action=KeyValueAction,
        default={},
        metavar="KEY=VALUE",
        help="further options of the rule, such as portion=0.2 of ClassBalanced",
    )
    parser.add_argument(
        "--tta", action="store_true", help="predict with the config's tta_pipeline"
    )
    parser.add_argument(
        "--target-statistics",
        action="store_true",
        help="predict with the batch norm statistics of these images",
    )
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
        "--weight-map",
        metavar="MAP",
        help="map of the config, such as lipschitz: report what the weight exp(-MAP) "
        "is on the labels",
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
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")
    if args.threshold is not None and args.rule != "GlobalThreshold":
        parser.error(
            f"--threshold is of --rule GlobalThreshold, not of {args.rule} (see "
            "--rule-options)"
        )
    if args.num_workers is not None and args.num_workers < 0:
        parser.error(f"--num-workers must be 0 or larger, got {args.num_workers}")
    return args


def config_of(args: argparse.Namespace) -> Config:
    """Return the config to predict with: of several stages the last that trains.

    Raises:
        StageError: If the config cannot be read or an option belongs nowhere in it.
    """
    request = Request(
        args.config, options=args.cfg_options or {}, launcher=args.launcher
    )
    resolver = Resolver(request)
    stage = [stage for stage in resolver.stages if stage.trains][-1]
    for other, options in resolver.by_stage.items():
        if options and other != stage.name:
            raise StageError(
                f"--cfg-options {other}.{next(iter(options))}: labels are predicted "
                f"with the config of stage '{stage.name}'; drop it, or see --rule, "
                "--threshold and --tta"
            )
    return resolver.stage_config(stage, needed=["target"])


def generate(args: argparse.Namespace) -> None:
    """Write the labels and say where they are."""
    cfg = config_of(args)
    if args.launcher != "none":
        start_processes(args.launcher, cfg)
    rule = {"type": args.rule, **args.rule_options}
    if args.threshold is not None:
        rule["threshold"] = args.threshold
    weights = None
    if args.weight_map is not None:
        weights = LabelWeights.of_map(cfg.get("model") or {}, args.weight_map)
    report = run_pseudo_label_stage(
        cfg,
        args.checkpoint,
        args.out,
        rule=rule,
        tta=args.tta,
        images=args.images,
        image_suffix=args.image_suffix,
        overwrite=args.overwrite,
        allow_partial=args.allow_partial,
        device=args.device,
        num_workers=args.num_workers,
        average_with=args.average_with,
        weights=weights,
        statistics=StatisticsOptions() if args.target_statistics else None,
        check_images=partial(on_rank_zero, check_images, cfg, args.images),
    )
    if is_main_process():
        print(f"{outcome_line(report)} ({Path(args.out) / 'pseudo_labels.json'})")
        warnings = outcome_warnings(report, args.out)
        if has_no_batch_norm(report):
            warnings.append(
                "--target-statistics did nothing: the network has no batch norm"
            )
        for warning in warnings:
            print(f"warning: {warning}", file=sys.stderr)
    shutdown_distributed()


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(
        args.debug, "The same command goes on with the images that are left."
    ):
        generate(args)


if __name__ == "__main__":
    main()
