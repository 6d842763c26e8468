"""What the networks of two stages make of a few images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.loading import one_by_one
from mmseg_uda.prediction.target_images import (
    folder_reader,
    inference_pipeline,
    target_images,
)
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.structures.predict_probs import predict_probs
from mmseg_uda.structures.seg_heads import num_outputs
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.visualization.class_colors import class_colors
from mmseg_uda.visualization.colors import IGNORE_INDEX
from mmseg_uda.visualization.ground_truth import ValidationTruth
from mmseg_uda.visualization.images import read_image

from .data_uris import fitted, mask_uri, photo_uri
from .equations import config_of
from .stage_record import StageRecord

_LONGER_SIDE = 640


@dataclass(frozen=True)
class Sample:
    """An image under two predictions, each picture as a data URI.

    Args:
        name: File name of the image.
        height: Height of the pictures in pixels.
        width: Their width.
        photo: The image.
        before: Prediction of the first network, None without one.
        after: Prediction of the last network.
        truth: Labels of the validation, None without them.
        changed: Share of the pixels that the two predict differently.
        right_before: Share of the labelled pixels that the first has right.
        right_after: The same of the last.
    """

    name: str
    height: int
    width: int
    photo: str
    before: str | None
    after: str
    truth: str | None
    changed: float | None
    right_before: float | None
    right_after: float | None


@dataclass(frozen=True)
class Samples:
    """Images with predictions, and what their colours are.

    Args:
        before: What made the first prediction, empty without one.
        after: What made the last one.
        of_validation: Whether they are of the validation data, not of the target.
        classes: Names and CSS colours.
        images: The images.
    """

    before: str
    after: str
    of_validation: bool
    classes: Sequence[tuple[str, str]]
    images: Sequence[Sample]


def draw_samples(
    last: StageRecord,
    first: StageRecord | None,
    titles: tuple[str, str],
    count: int,
    device: torch.device | str = "cpu",
) -> Samples:
    """Predict images of the validation, or of the target without one.

    Labels are read of validation data only.

    Args:
        last: Stage whose newest weights predict.
        first: Stage to compare with, None for none.
        titles: What to call the first and the last.
        count: Number of images, spread evenly.
        device: Device that predicts.

    Returns:
        The images.

    Raises:
        ValueError: If weights, config and images do not fit together.
        OSError: If some of them are not there.
    """
    cfg = config_of(last)
    truth = _truth(cfg)
    files = _images(cfg, truth, count)
    after, number = _predict(last, cfg, files, device)
    before = [None] * len(after)
    if first is not None:
        before, first_number = _predict(first, config_of(first), files, device)
        if first_number != number:
            raise ValueError(
                f"{titles[0]} predicts {first_number} classes, {titles[1]} {number}"
            )
    classes, palette = class_colors(cfg, number)
    labels = _labels_of(truth)
    return Samples(
        titles[0] if first is not None else "",
        titles[1],
        truth is not None,
        [
            (n, "#" + bytes(map(int, c)).hex())
            for n, c in zip(classes, palette, strict=True)
        ],
        [
            _sample(path, files, of_first, of_last, labels(path), palette)
            for path, of_first, of_last in zip(files.paths, before, after, strict=True)
        ],
    )


def _truth(cfg: Config) -> ValidationTruth | None:
    """Return the validation data; never others, which might be of the training."""
    if not (cfg.get("val_dataloader") or {}).get("dataset"):
        return None
    return ValidationTruth(Config({"val_dataloader": cfg.val_dataloader}))


def _images(cfg: Config, truth: ValidationTruth | None, count: int) -> ImageFiles:
    pipeline = inference_pipeline(cfg)
    if truth is None:
        files = target_images(cfg, pipeline)
        chosen = [files.paths[i] for i in evenly_spaced(len(files.paths), count)]
        return ImageFiles(chosen, files.root, pipeline, files.reader)
    paths = truth.images()
    chosen = [paths[i] for i in evenly_spaced(len(paths), count)]
    root = Path(chosen[0].anchor)
    reader = folder_reader(Config({"test_dataloader": cfg.val_dataloader}))
    return ImageFiles(chosen, root, pipeline, reader)


def _labels_of(
    truth: ValidationTruth | None,
) -> Callable[[str], np.ndarray | None]:
    def labels(path: str) -> np.ndarray | None:
        if truth is None or truth.file("", Path(path)) is None:
            return None
        return truth.labels("", Path(path))

    return labels


def _predict(
    stage: StageRecord, cfg: Config, files: ImageFiles, device: torch.device | str
) -> tuple[list[np.ndarray], int]:
    """Return the classes (H, W) of each image, and how many classes there are."""
    if stage.checkpoint is None:
        raise FileNotFoundError(f"{stage.folder} holds no checkpoint that is whole")
    model = check_model(cfg, stage.checkpoint, trains=False)
    model = model.to(device).eval()
    number = num_outputs(getattr(model, "segmentor", model))
    predicted = [
        predict_probs(model, data).argmax(0).to(torch.uint8).cpu().numpy()
        for _, data in one_by_one(files, range(len(files.paths)))
    ]
    return predicted, number


def _sample(
    path: str,
    files: ImageFiles,
    before: np.ndarray | None,
    after: np.ndarray,
    truth: np.ndarray | None,
    palette: Sequence,
) -> Sample:
    image = read_image(path, files.reader)
    if truth is not None and truth.shape != after.shape:
        truth = None
    size = fitted(*after.shape, _LONGER_SIDE)
    painted = [
        None if labels is None else mask_uri(labels, palette, size)
        for labels in (before, after, truth)
    ]
    return Sample(
        name=Path(path).name,
        height=size[0],
        width=size[1],
        photo=photo_uri(image, size),
        before=painted[0],
        after=painted[1],
        truth=painted[2],
        changed=None if before is None else float((before != after).mean()),
        right_before=_right(before, truth),
        right_after=_right(after, truth),
    )


def _right(labels: np.ndarray | None, truth: np.ndarray | None) -> float | None:
    if labels is None or truth is None:
        return None
    known = truth != IGNORE_INDEX
    return float((labels == truth)[known].mean()) if known.any() else None
