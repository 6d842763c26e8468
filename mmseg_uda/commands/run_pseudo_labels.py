"""What ``mmseg-uda pseudo-labels`` writes."""

import argparse
import sys
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.pseudo_labels import (
    LabelWeights,
    has_no_batch_norm,
    outcome_line,
    outcome_warnings,
    run_pseudo_label_stage,
)
from mmseg_uda.stages import Resolver, StageError
from mmseg_uda.stages.checks.image_headers import check_images
from mmseg_uda.stages.ranks import start_processes
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.utils.ranks import on_rank_zero

from .request_options import request_of


def config_of(args: argparse.Namespace) -> Config:
    """Return the config to predict with: of several stages the last that trains.

    Raises:
        StageError: If the config cannot be read or an option belongs nowhere in it.
    """
    resolver = Resolver(request_of(args, "launcher"))
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
