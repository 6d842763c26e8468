"""Giving a checkpoint the statistics of images: what ``tools/adapt_bn.py`` does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.prediction.target_images import (
    domain_images,
    folder_reader,
    inference_pipeline,
)
from mmseg_uda.stages.checks.adapted_outputs import check_outputs
from mmseg_uda.stages.checks.building import building
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.checks.image_headers import check_images
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.config.request import Request
from mmseg_uda.stages.errors import StageError
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.stages.ranks import say, start_processes, warn
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
    movement_table,
    nothing_to_adapt,
    write_adapted,
)
from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.utils.wording import counted
from mmseg_uda.version import __version__
from mmseg_uda.weights.checkpoints import file_hash
from mmseg_uda.weights.weight_files import check_is_file

_DOMAIN = "target"


def run_adapt_bn(
    request: Request,
    checkpoint: str,
    out: Path,
    options: StatisticsOptions,
    stage: str | None = None,
    images: str | None = None,
    image_suffix: str | None = None,
    json: Path | None = None,
    num_workers: int | None = None,
    overwrite: bool = False,
) -> dict:
    """Write a checkpoint whose batch norms have the statistics of a set of images.

    Args:
        request: Config and changes to it.
        checkpoint: Weights; they fit the model completely, training-only heads apart.
        out: File to write.
        options: How the statistics are taken.
        stage: Training stage whose model it is; default: the last one.
        images: Folder of images; default: those of the config's target in training.
        image_suffix: Ending of the files in ``images``; None: that of any image.
        json: File for the report, if one is wanted.
        num_workers: Processes that load images, per rank; default: the config's.
        overwrite: Whether ``out`` and ``json`` may be replaced.

    Returns:
        The report, as in ``json``.

    Raises:
        ValueError: If config, checkpoint or images don't fit together, or the network
            has no batch norm.
        OSError: If something is missing, or in the way.
    """
    path = check_is_file(checkpoint, "checkpoint")
    resolver = Resolver(request)
    cfg = resolver.stage_config(resolver.training_stage(stage), needed=[_DOMAIN])
    start_processes(request.launcher, cfg)
    on_rank_zero(check_outputs, path, out, json, overwrite)
    with toy_explained(request.toy):
        model = check_model(cfg, path, trains=False)
    if not adaptable_norms(model, options.layers):
        raise StageError(f"{request.config}: {nothing_to_adapt(model)}")
    on_rank_zero(_draw, cfg, request, images)
    files = _images(cfg, images, image_suffix)
    on_rank_zero(check_images, cfg, images, files)
    if num_workers is None:
        num_workers = (cfg.get("test_dataloader") or {}).get("num_workers", 0)
    model = model.to(choose_device(request.device))
    moved, kept, warnings = adapt_statistics(model, files, options, num_workers)
    report = {
        **_origin(path, request, files, options),
        "kept": kept,
        "warnings": warnings,
        "moved": [layer.as_json() for layer in moved],
    }
    on_rank_zero(_write, model, path, out, json, report)
    say(movement_table(moved))
    for warning in warnings:
        warn(warning)
    images_of = counted(len(files), "image")
    say(f"{len(moved)} batch norms have the statistics of {images_of}: {out}")
    shutdown_distributed()
    return report


def _draw(cfg: Config, request: Request, images: str | None) -> None:
    if images is None:
        draw_toycity(request, [Config({"train_dataloader": cfg.train_dataloader})])


def _images(cfg: Config, folder: str | None, suffix: str | None) -> ImageFiles:
    with building("the pipeline of a test"):
        pipeline = inference_pipeline(cfg)
    if folder is None:
        return domain_images(cfg, _DOMAIN, pipeline, "are looked at")
    reader = folder_reader(cfg, _DOMAIN, images=[folder])
    return ImageFiles.from_folder(folder, pipeline, reader, suffix)


def _origin(
    path: Path, request: Request, files: ImageFiles, options: StatisticsOptions
) -> dict[str, Any]:
    return {
        "mmseg_uda": __version__,
        "checkpoint": str(path),
        "checkpoint_sha256": file_hash(path),
        "config": str(request.config),
        "images": str(files.root),
        "num_images": len(files),
        "images_sha256": text_sha256(sorted(files.names)),
        "pipeline_sha256": files.pipeline_sha256,
        "options": {**options.told(), "layers": list(options.layers)},
    }


def _write(
    model: nn.Module, path: Path, out: Path, json: Path | None, report: Mapping
) -> None:
    origin = {key: value for key, value in report.items() if key != "moved"}
    write_adapted(model, path, out, origin)
    if json is not None:
        write_json(json, report)
