"""What ``mmseg-uda translate`` writes."""

import argparse
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.stages import Resolver, StageError
from mmseg_uda.stages.ranks import start_processes
from mmseg_uda.translation import run_translate_stage

from .request_options import TOY, request_of


def config_of(args: argparse.Namespace) -> Config:
    """Return the config of the stage that trained the translator.

    Raises:
        StageError: If it has several training stages and none was named.
    """
    request = request_of(args, *TOY, "source_root", "target_root", "launcher")
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
