"""Write a domain's images with another look, by a trained image translator.

Labels stay those of the originals. The same command, run again, goes on where it
stopped.
"""

import argparse
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmseg_uda.commands.command_line import (
    add_cfg_options,
    add_debug,
    add_launcher,
    add_toy_network,
)
from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.stages import Request, Resolver, StageError, explained_errors
from mmseg_uda.stages.ranks import start_processes
from mmseg_uda.translation import run_translate_stage


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "config", type=Path, help="config that the translator was trained with"
    )
    parser.add_argument("checkpoint", help="weights of the translator")
    parser.add_argument("--out", required=True, help="output folder")
    parser.add_argument(
        "--generator",
        default="g_st",
        help="head that translates (default: %(default)s, source to target look)",
    )
    parser.add_argument(
        "--domain",
        default="source",
        help="domain of the config's training data (default: %(default)s)",
    )
    parser.add_argument("--images", help="folder of images; default: the domain's")
    parser.add_argument(
        "--image-suffix",
        metavar="SUFFIX",
        help="ending of the images in that folder, such as _leftImg8bit.png; default: "
        "that of any image",
    )
    parser.add_argument(
        "--stage",
        metavar="NAME",
        help="training stage of the translator (default: the one with such a head)",
    )
    parser.add_argument(
        "--batch-size", type=int, default=1, help="images at a time (default: 1)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="remove what the folder holds instead of going on with it",
    )
    parser.add_argument(
        "--device", choices=["cpu", "cuda"], help="default: a GPU if there is one"
    )
    parser.add_argument("--num-workers", type=int, help="default: the config's")
    parser.add_argument("--source-root", metavar="DIR", help="folder of the source")
    parser.add_argument("--target-root", metavar="DIR", help="folder of the target")
    parser.add_argument("--toy", action="store_true", help="as tools/train.py --toy")
    parser.add_argument(
        "--toy-root",
        default="data/toycity",
        help="where ToyCity lies (default: %(default)s)",
    )
    add_toy_network(parser)
    add_cfg_options(parser)
    add_debug(parser)
    add_launcher(parser)
    args = parser.parse_args(argv)
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")
    if args.batch_size < 1:
        parser.error(f"--batch-size must be 1 or larger, got {args.batch_size}")
    if args.num_workers is not None and args.num_workers < 0:
        parser.error(f"--num-workers must be 0 or larger, got {args.num_workers}")
    return args


def config_of(args: argparse.Namespace) -> Config:
    """Return the config of the stage that trained the translator.

    Raises:
        StageError: If it has several training stages and none was named.
    """
    request = Request(
        args.config,
        options=args.cfg_options or {},
        toy=args.toy,
        toy_root=args.toy_root,
        toy_network=args.toy_network,
        source_root=args.source_root,
        target_root=args.target_root,
        launcher=args.launcher,
    )
    resolver = Resolver(request)
    training = [stage.name for stage in resolver.stages if stage.trains]
    stage = resolver.find(args.stage or _translating_stage(resolver, args))
    if not stage.trains:
        raise StageError(
            f"--stage {args.stage} trains nothing; those that do: {', '.join(training)}"
        )
    return resolver.stage_config(stage, needed=[args.domain])


def _translating_stage(resolver: Resolver, args: argparse.Namespace) -> str:
    """Name the one training stage that can have trained the translator."""
    training = [stage for stage in resolver.stages if stage.trains]
    if len(training) == 1:
        return training[0].name
    found = [
        stage.name
        for stage in training
        if args.generator in (resolver.stage_config(stage).model.get("heads") or {})
    ]
    if len(found) != 1:
        names = ", ".join(stage.name for stage in training)
        raise StageError(
            f"{args.config} trains several stages ({names}), and {len(found)} of them "
            f"have heads.{args.generator}: say with --stage which one trained the "
            "translator, and with --generator what it is called there"
        )
    return found[0]


def translate(args: argparse.Namespace) -> None:
    """Write the images and say where they are."""
    cfg = config_of(args)
    if args.launcher != "none":
        start_processes(args.launcher, cfg)
    manifest = run_translate_stage(
        cfg,
        args.checkpoint,
        args.out,
        generator=args.generator,
        domain=args.domain,
        images=args.images,
        image_suffix=args.image_suffix,
        batch_size=args.batch_size,
        overwrite=args.overwrite,
        device=args.device,
        num_workers=args.num_workers,
    )
    if is_main_process():
        print(
            f"{manifest['num_images']} images, {manifest['bytes'] / 2**20:.1f} MB "
            f"({Path(args.out) / 'translated.json'})"
        )
    shutdown_distributed()


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse_args(argv)
    with explained_errors(
        args.debug, "The same command goes on with the images that are left."
    ):
        translate(args)


if __name__ == "__main__":
    main()
