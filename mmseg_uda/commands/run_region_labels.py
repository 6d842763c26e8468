"""What ``mmseg-uda region-labels`` makes."""

import argparse

from mmseg.registry import DATASETS

from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.regions.grids import make_region_labels, region_advice, region_table
from mmseg_uda.stages import Resolver
from mmseg_uda.stages.config.labelled_data import seed_of
from mmseg_uda.stages.kinds.region_grid import grid_stage
from mmseg_uda.stages.ranks import say, start_processes
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.utils.ranks import on_rank_zero

from .request_options import TOY, request_of


def make(args: argparse.Namespace) -> None:
    """Make the labels and say what they are."""
    request = request_of(args, *TOY, "source_root", "seed", "launcher")
    resolver = Resolver(request)
    stage = grid_stage(resolver, args.stage)
    cfg = resolver.stage_config(stage)
    stage.check_finding(cfg)
    start_processes(args.launcher, cfg)
    on_rank_zero(draw_toycity, request, [cfg])
    out = args.out or resolver.folder(stage)
    report = make_region_labels(
        stage.rules,
        DATASETS.build(stage.data(cfg)),
        stage.scale,
        out,
        seed_of(cfg),
        args.workers,
        args.shard,
    )
    if report is None:
        say(
            f"part {args.shard[0]} of {args.shard[1]} is labelled in {out}; when all "
            "are, run the same command without --shard: it counts and finishes"
        )
    else:
        say(f"{region_table(report)}\n{region_advice(report)}\n{out}")
    shutdown_distributed()
