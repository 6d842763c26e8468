"""Comparing maps on labelled images: what ``tools/rank_maps.py`` does."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS
from torch.utils.data import DataLoader, Dataset, Subset

from mmseg_uda.atomic_files import check_writable
from mmseg_uda.checkpoints import file_hash, load_weights_file
from mmseg_uda.datasets.image_files import text_sha256
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.devices import choose_device
from mmseg_uda.evenly_spaced import evenly_spaced
from mmseg_uda.map_quality.figure import draw_ranking
from mmseg_uda.map_quality.rank_images import rank_images
from mmseg_uda.map_quality.ranking_file import RankingFile
from mmseg_uda.map_quality.score_set import score_set
from mmseg_uda.map_quality.score_statistics import COVERAGES
from mmseg_uda.plain import plain
from mmseg_uda.progress import with_progress
from mmseg_uda.version import __version__
from mmseg_uda.weight_files import check_is_file

from .checks.building import building
from .checks.classes import check_classes
from .checks.model import check_model
from .errors import StageError
from .folders import draw_toycity
from .ranks import say
from .request import Request
from .resolve import Resolver

FILE, PICTURE = "ranking.json", "ranking.png"


def run_rank_maps(
    request: Request,
    checkpoints: Sequence[str],
    out: str,
    noises: Sequence[Mapping[str, Any]],
    combine: Sequence[str] = ("sum",),
    max_images: int | None = None,
    seed: int = 0,
    num_workers: int | None = None,
) -> dict:
    """Rank the pixels of a config's labelled validation images by every score.

    Args:
        request: Config (of its stages the last one that trains) and changes to it.
        checkpoints: Weights, such as those of several seeds, each ranked by itself.
        out: Folder of :data:`FILE` and :data:`PICTURE`. Checkpoints that the file has
            been measured for with the same settings are not measured again.
        noises: Noise of the Lipschitz maps that are compared, see ``lipschitz_maps``.
        combine: How maps are combined with the confidence, see ``score_set``.
        max_images: Take so many images, spread evenly over the set; None for all.
        seed: Seed of the noise.
        num_workers: Processes that load images; None for the config's.

    Returns:
        What the file holds: ``runs`` has one entry a checkpoint.

    Raises:
        ValueError: If config, data, noise or checkpoints don't fit together.
        OSError: If something is missing, or in the way.
    """
    paths = [check_is_file(path, "checkpoint") for path in checkpoints]
    resolver = Resolver(request)
    cfg = resolver.stage_config(
        [stage for stage in resolver.stages if stage.trains][-1]
    )
    device = choose_device(request.device)
    check_writable(out, "--out")
    model = check_model(cfg, None, trains=False)
    scores = score_set(model, noises, combine)  # says what is wrong with the noise
    dataset = _labelled(cfg, model, request)
    wanted = len(dataset) if max_images is None else max_images
    indices = evenly_spaced(len(dataset), wanted)
    if num_workers is None:
        num_workers = cfg.val_dataloader.get("num_workers", 0)
    settings = {
        "version": __version__,
        "model_sha256": text_sha256(repr(plain(cfg.model))),
        "data_sha256": text_sha256(repr(plain(cfg.val_dataloader.dataset))),
        "images": len(indices),
        "noise": plain(noises),
        "equations": {score.name: score.equation for score in scores.scores},
        "combine": list(combine),
        "seed": seed,
    }
    of_runs = [{**settings, "checkpoint_sha256": file_hash(path)} for path in paths]
    file = RankingFile(Path(out, FILE), of_runs)
    header = {
        "config": str(request.config),
        "toy": request.toy,
        "num_images": len(indices),
        "classes": list(dataset.metainfo["classes"]),
        "coverages": COVERAGES.round(6).tolist(),
    }
    for index, path in enumerate(paths):
        if not file.is_measured(index):
            model = check_model(cfg, path, trains=False).to(device)
            scores = score_set(model, noises, combine, [*load_weights_file(path)])
            images = with_progress(
                _images(dataset, indices, num_workers),
                len(indices),
                f"ranking the pixels of {path}",
            )
            run = {
                "checkpoint": str(path),
                "settings": of_runs[index],
                "left_out": scores.left_out,
                "scores": rank_images(model, images, scores, seed),
            }
            file.put(index, run)
        report = file.write(header)
    draw_ranking(report["runs"], Path(out, PICTURE), _title(report))
    return report


def _labelled(cfg: Config, model: Any, request: Request) -> Dataset:
    """Build the data set of the config's validation, after a look at its files."""
    loader = cfg.get("val_dataloader")
    if not loader or not loader.get("dataset"):
        raise StageError(
            "the config has no val_dataloader, whose labelled images maps are judged "
            "on; add one"
        )
    check_classes(cfg, model, "val_dataloader")
    draw_toycity(request, [Config({"val_dataloader": copy.deepcopy(loader)})])
    with building("val_dataloader"):
        (report, *_) = check_dataset(loader.dataset)
        dataset = DATASETS.build(copy.deepcopy(loader.dataset))
    if not report.num_labels:
        raise StageError(
            f"val_dataloader: {report.name} has no label for any of its "
            f"{report.num_images} images. Maps are judged on labelled images: give it "
            "a data set with labels, and LoadAnnotations in its pipeline"
        )
    for notice in report.notices:
        say(f"{report.name}: {notice}")
    return dataset


def _images(
    dataset: Dataset, indices: Sequence[int], num_workers: int
) -> Iterator[tuple[int, dict]]:
    loader = DataLoader(
        Subset(dataset, indices), num_workers=num_workers, collate_fn=pseudo_collate
    )
    return zip(indices, loader, strict=True)


def _title(report: Mapping) -> str:
    count = len(report["runs"])
    where = " on ToyCity" if report["toy"] else ""
    of = "" if count == 1 else f", mean of {count} checkpoints"
    return f"{Path(report['config']).stem}{where}: {report['num_images']} images{of}"
