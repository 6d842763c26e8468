"""Sort the patches of a config's source labels into kinds, and label all of them.

For configs with a RegionGridStage, such as MLAN's; tools/train.py does the same before
it trains. The same command, run again, goes on where it stopped. See
docs/region_labels.md.
"""

import argparse
from pathlib import Path

from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.commands.command_line import (
    add_cfg_options,
    add_debug,
    add_launcher,
    add_toy_network,
)
from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.engine.toy import DEFAULT_TOY_ROOT
from mmseg_uda.regions.grids import make_region_labels, region_advice, region_table
from mmseg_uda.stages import Request, Resolver, explained_errors
from mmseg_uda.stages.config.labelled_data import seed_of
from mmseg_uda.stages.kinds.region_grid import grid_stage
from mmseg_uda.stages.ranks import say, start_processes
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.utils.ranks import on_rank_zero


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", type=Path, help="config with a RegionGridStage")
    parser.add_argument(
        "--out",
        type=Path,
        help="output folder (default: that of the stage, where tools/train.py looks)",
    )
    parser.add_argument("--stage", help="the stage, if the config has several")
    parser.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="I/N",
        help="label the I-th of N parts of the images, I in 1..N: one for each machine",
    )
    parser.add_argument(
        "--workers", type=int, help="processes (default: all cores, 40 at most)"
    )
    parser.add_argument("--source-root", metavar="DIR", help="folder of the data")
    parser.add_argument("--toy", action="store_true", help="on ToyCity, at its size")
    parser.add_argument(
        "--toy-root",
        default=DEFAULT_TOY_ROOT,
        help="where ToyCity lies or will be drawn to (default: %(default)s)",
    )
    add_toy_network(parser)
    parser.add_argument("--seed", type=int, help="seed of the choice of patches")
    add_cfg_options(
        parser, "override config entries, such as regions.rules.small.eps=0.2"
    )
    add_launcher(parser)
    add_debug(parser)
    return parser.parse_args(argv)


def shard(text: str) -> tuple[int, int]:
    """Read ``I/N``."""
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit()):
        raise argparse.ArgumentTypeError(f"must be I/N, such as 1/4, got '{text}'")
    return int(index), int(count)


def make(args: argparse.Namespace) -> None:
    """Make the labels and say what they are."""
    request = Request(
        args.config,
        options=args.cfg_options or {},
        toy=args.toy,
        toy_root=args.toy_root,
        toy_network=args.toy_network,
        source_root=args.source_root,
        seed=args.seed,
        launcher=args.launcher,
    )
    resolver = Resolver(request)
    stage = grid_stage(resolver, args.stage)
    cfg = resolver.stage_config(stage)
    stage.check_finding(cfg)
    start_processes(args.launcher, cfg)
    on_rank_zero(draw_toycity, request, [cfg])
    init_default_scope(cfg.get("default_scope", "mmseg"))
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


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(args.debug, "The same command goes on where it stopped."):
        make(args)


if __name__ == "__main__":
    main()
