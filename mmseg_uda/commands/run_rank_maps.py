"""Comparing maps on labelled images: what ``tools/rank_maps.py`` does."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset

from mmseg_uda.datasets.image_files import text_sha256
from mmseg_uda.map_quality.figure import draw_ranking
from mmseg_uda.map_quality.rank_images import rank_images
from mmseg_uda.map_quality.ranking_file import RankingFile
from mmseg_uda.map_quality.score_set import ScoreSet, score_set
from mmseg_uda.map_quality.score_statistics import COVERAGES
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.checks.labelled_images import (
    check_labelled_loader,
    check_predicts_classes,
    labelled_images,
)
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.config.request import Request
from mmseg_uda.stages.errors import StageError
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.version import __version__
from mmseg_uda.visualization.noisy_predictor import inner_segmentor
from mmseg_uda.weights.checkpoints import file_hash, load_weights_file
from mmseg_uda.weights.weight_files import check_is_file

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
    hashes = _hashes([check_is_file(path, "checkpoint") for path in checkpoints])
    resolver = Resolver(request)
    cfg = resolver.stage_config(
        [stage for stage in resolver.stages if stage.trains][-1]
    )
    device = choose_device(request.device)
    check_writable(out, "--out")
    compare = partial(score_set, noises=noises, combine=combine)
    model = check_model(cfg, None, trains=False)
    check_predicts_classes(inner_segmentor(model))
    compare(model)  # says what is wrong with the noise
    check_labelled_loader(cfg, model)
    load = partial(_loaded, cfg, request.toy, compare)
    equations = [_equations(load(path)[1]) for path in hashes]  # each of them fits
    draw_toycity(
        request, [Config({"val_dataloader": copy.deepcopy(cfg.val_dataloader)})]
    )
    dataset = labelled_images(cfg)
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
        "combine": list(combine),
        "seed": seed,
    }
    of_runs = [
        {**settings, "equations": of_scores, "checkpoint_sha256": sha256}
        for of_scores, sha256 in zip(equations, hashes.values(), strict=True)
    ]
    file = RankingFile(Path(out, FILE), of_runs)
    header = {
        "config": str(request.config),
        "toy": request.toy,
        "num_images": len(indices),
        "classes": list(dataset.metainfo["classes"]),
        "coverages": COVERAGES.round(6).tolist(),
    }
    for index, path in enumerate(hashes):
        if not file.is_measured(index):
            model, scores = load(path)
            images = with_progress(
                _images(dataset, indices, num_workers),
                len(indices),
                f"ranking the pixels of {path}",
            )
            run = {
                "checkpoint": str(path),
                "settings": of_runs[index],
                "left_out": scores.left_out,
                "scores": rank_images(model.to(device), images, scores, seed),
            }
            file.put(index, run)
        report = file.write(header)
    draw_ranking(report["runs"], Path(out, PICTURE), _title(report))
    return report


def _hashes(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the SHA-256 of every file; refuse one that is given twice."""
    found: dict[Path, str] = {}
    for path in paths:
        sha256 = file_hash(path)
        for other, of_other in found.items():
            if sha256 == of_other:
                raise StageError(
                    f"checkpoints {other} and {path} are the same file, or copies: "
                    "the spread of several would come out too small. Give each once"
                )
        found[path] = sha256
    return found


def _loaded(
    cfg: Config, toy: bool, compare: Callable[..., ScoreSet], path: Path
) -> tuple[nn.Module, ScoreSet]:
    """Build the model with the weights of a file, and what is compared on it."""
    with toy_explained(toy):
        model = check_model(cfg, path, trains=False)
    return model, compare(model, weights=[*load_weights_file(path)])


def _equations(scores: ScoreSet) -> dict[str, str]:
    return {score.name: score.equation for score in scores.scores}


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
