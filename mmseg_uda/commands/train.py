"""Train with a config: all of its stages, one after the other.

A finished stage is skipped and an interrupted one goes on where it stopped, so the
same command, run again, always continues. Try any config on the embedded benchmark
first: ``python tools/train.py CONFIG --toy``.
"""

import argparse
import shlex
import sys
from pathlib import Path

from .begin import begun
from .command_line import (
    FOR_STAGES,
    add_cfg_options,
    add_config,
    add_debug,
    add_launcher,
)
from .request_options import TOY, add_device, add_root, add_seed, add_toy, request_of

_FIELDS = (
    "work_dir",
    "source_root",
    "target_root",
    "pretrained",
    "seed",
    "amp",
    "tensorboard",
    "device",
    "launcher",
)
_EPILOG = """\
examples:
  python tools/train.py configs/lcrf/mrnet_lcrf_gta.py --toy
  python tools/train.py configs/lcrf/mrnet_lcrf_gta.py \\
      --source-root /data/gta5 --target-root /data/cityscapes
  python tools/train.py CONFIG --stage-one-checkpoint mrnet.pth
  python tools/train.py CONFIG --cfg-options randomness.seed=1 \\
      stage_one.train_cfg.max_iters=10000
"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser, "config file")
    parser.add_argument(
        "--work-dir",
        type=Path,
        help="folder of the run, one folder per stage in it (default: "
        "work_dirs/<config>, with --toy work_dirs/toy/<config>)",
    )
    stages = parser.add_argument_group("stages")
    stages.add_argument("--stage", metavar="NAME", help="run this stage alone")
    stages.add_argument(
        "--stage-one-checkpoint",
        metavar="FILE",
        help="use these weights instead of training the first stage",
    )
    stages.add_argument(
        "--restart",
        action="store_true",
        help="run afresh instead of skipping and resuming; existing folders are moved "
        "aside",
    )
    stages.add_argument(
        "--restart-from",
        metavar="NAME",
        help="like --restart, but keep the stages before this one",
    )
    stages.add_argument(
        "--reuse",
        nargs="+",
        type=Path,
        default=[],
        metavar="RUN",
        help="folders of other runs: stages that they have finished with the same "
        "settings are taken over instead of being run again",
    )
    toy = parser.add_argument_group("embedded benchmark")
    add_toy(
        toy, "the same method on ToyCity, with a small network and a short schedule"
    )
    data = parser.add_argument_group("data and weights")
    add_root(data, "source")
    add_root(data, "target", "target and validation data")
    data.add_argument(
        "--pretrained",
        metavar="FILE|none",
        help="backbone weights in place of those that the config names",
    )
    how = parser.add_argument_group("how to run")
    add_seed(how, "everything random")
    how.add_argument("--amp", action="store_true", help="mixed precision (GPU only)")
    how.add_argument(
        "--tensorboard",
        action="store_true",
        help="log to TensorBoard too, with pictures of the SampleMapsHook",
    )
    add_device(how)
    add_cfg_options(how, FOR_STAGES)
    add_launcher(how)
    add_debug(how)
    args = parser.parse_args(argv)
    if args.restart and args.restart_from:
        parser.error("--restart and --restart-from: choose one of them")
    return args


def how_to_continue(argv: list[str]) -> str:
    """Say by which command an interrupted run goes on."""
    kept, skip_value = [], False
    for argument in argv:
        if skip_value:
            skip_value = False
        elif argument == "--restart-from":
            skip_value = True
        elif argument != "--restart" and not argument.startswith("--restart-from="):
            kept.append(argument)
    program, *rest = kept  # a file, or a command of two words
    called = f"python {shlex.quote(program)}" if program.endswith(".py") else program
    return f"To go on, run: {called} {shlex.join(rest)}"


def main(argv: list[str] | None = None) -> None:
    """Run the stages."""
    args = parse_args(argv)
    with begun(args.debug, how_to_continue(sys.argv)):
        from mmseg_uda.stages import run_stages

        run_stages(
            request_of(args, *TOY, *_FIELDS),
            only=args.stage,
            given=args.stage_one_checkpoint,
            restart=args.restart,
            restart_from=args.restart_from,
            reuse=args.reuse,
        )
