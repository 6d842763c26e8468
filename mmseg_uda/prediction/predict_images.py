"""What a network predicts for a set of images, as files."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.dist import barrier, get_rank, get_world_size
from torch import Tensor, nn

from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.structures.predict_probs import predict_probs
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.visualization.class_colors import ground_of
from mmseg_uda.visualization.colors import colorize_labels
from mmseg_uda.visualization.images import read_image
from mmseg_uda.visualization.sheet import class_legend
from mmseg_uda.weights.checkpoints import file_hash

from .georeference import georeference
from .loading import one_by_one
from .prediction_writer import KINDS, PredictionWriter

_LEGEND_WIDTH = 960
_LETTER = 7  # pixels, at most


@dataclass(frozen=True)
class Wanted:
    """What is written for each image, besides its mask.

    Attributes:
        classes: Class names by id.
        palette: RGB triples by class id.
        confidence: Whether the probability of the predicted class is.
        opacity: How much of a class' colour covers the image in an overlay, in (0, 1];
            None for no overlay. What others lie on is not covered (:func:`.ground_of`).
    """

    classes: Sequence[str]
    palette: Sequence
    confidence: bool = False
    opacity: float | None = None

    @property
    def kinds(self) -> list[str]:
        """The kinds of files, those of :data:`KINDS` in that order."""
        left_out = set()
        if not self.confidence:
            left_out.add("confidence")
        if self.opacity is None:
            left_out.add("overlays")
        return [kind for kind in KINDS if kind not in left_out]


def predict_images(
    model: nn.Module,
    images: ImageFiles,
    out_dir: str | Path,
    wanted: Wanted,
    checkpoints: Sequence[str | Path],
    settings: Mapping,
    config_name: str = "",
    overwrite: bool = False,
    num_workers: int = 0,
) -> dict:
    """Predict every image, or those that an earlier run has not, or that have changed.

    Each is predicted by itself and written at once, so memory does not grow with their
    number. Under ``torch.distributed`` each rank predicts a part of them (the output
    folder must be shared).

    Args:
        model: Segmentor with its weights, on its device; anything with mmseg's
            ``test_step``. It is in eval mode meanwhile.
        images: What to predict.
        out_dir: Output folder, see :class:`PredictionWriter`.
        wanted: What is written for each image.
        checkpoints: Files that the weights come from, one a network.
        settings: What else decides the predictions, as JSON types.
        config_name: Config that the model comes from, for the report.
        overwrite: Remove an earlier run's files instead of going on with them.
        num_workers: Processes that load images, per rank.

    Returns:
        The report, as in ``prediction.json``.

    Raises:
        ValueError: If the folder holds predictions of other settings, two images would
            have the same file, or an image cannot be loaded or predicted.
        FileExistsError: If the folder holds other data.
    """
    images.check_one_file_each()
    hashes = [file_hash(path) for path in checkpoints]
    decisive = {
        "kinds": " ".join(wanted.kinds),
        "checkpoint_sha256": " ".join(hashes),
        "pipeline_sha256": images.pipeline_sha256,
        "tta": images.tta,
        "classes": ", ".join(wanted.classes),
        **_colors(wanted),
        **settings,
    }
    stamps = dict(zip(images.names, map(_stamp, images.paths), strict=True))
    found = zip(images.names, map(georeference, images.paths), strict=True)
    places = {name: tags for name, tags in found if tags}
    writer = PredictionWriter(
        out_dir, images.names, decisive, get_rank(), stamps, places
    )
    pending = on_rank_zero(writer.prepare, overwrite)
    own = pending[get_rank() :: get_world_size()]
    was_training = model.training
    model.eval()
    try:
        for index, probs in _predictions(model, images, own, num_workers):
            pictures, counts = _seen(probs, images, index, wanted)
            writer.write(images.names[index], pictures, counts)
    finally:
        model.train(was_training)
    barrier()
    header = {
        "config": config_name,
        "checkpoints": dict(zip(map(str, checkpoints), hashes, strict=True)),
        "tta": images.tta,
    }
    legend = None
    if "overlays" in wanted.kinds:
        legend = _legend(wanted)
    return on_rank_zero(writer.finish, header, wanted.classes, legend)


def overlay(
    image: np.ndarray, colors: np.ndarray, opacity: float, ground: np.ndarray
) -> np.ndarray:
    """Cover an image with colours.

    Args:
        image: (H, W, 3) uint8, RGB.
        colors: The same of the classes.
        opacity: Share of the colours, in (0, 1].
        ground: (H, W) bool, where it is not covered.
    """
    covered = cv2.addWeighted(image, 1 - opacity, colors, opacity, 0)
    return np.where(ground[..., None], image, covered)


def _predictions(
    model: nn.Module, images: ImageFiles, indices: Sequence[int], num_workers: int
) -> Iterator[tuple[int, Tensor]]:
    """Predict images one by one; yields index and probabilities (K, H, W)."""
    batches = one_by_one(images, indices, num_workers)
    if indices and get_rank() == 0:
        batches = with_progress(batches, len(indices), "predicting")
    for index, data in batches:
        try:
            yield index, predict_probs(model, data)
        except ValueError as error:
            raise ValueError(
                f"cannot predict {images.paths[index]}: {error}"
            ) from error


def _seen(
    probs: Tensor, images: ImageFiles, index: int, wanted: Wanted
) -> tuple[dict[str, np.ndarray], dict]:
    """Return the pictures of a prediction, and what is counted on it."""
    num_classes, height, width = probs.shape
    if num_classes != len(wanted.classes):
        raise ValueError(
            f"the model predicts {num_classes} classes, its config names "
            f"{len(wanted.classes)}: {', '.join(wanted.classes)}"
        )
    confidence, ids = probs.max(0)
    labels = ids.to(torch.uint8)
    counts = {
        "height": height,
        "width": width,
        "pixels": torch.bincount(ids.flatten(), minlength=num_classes).tolist(),
        "mean_confidence": float(confidence.double().mean()),
    }
    pictures = {"labels": labels.cpu().numpy()}
    if wanted.confidence:
        bytes_ = (confidence * 255).round().to(torch.uint8)
        pictures["confidence"] = bytes_.cpu().numpy()
    if wanted.opacity is not None:
        path = images.paths[index]
        image = read_image(path, images.reader)
        if image.shape[:2] != (height, width):
            raise ValueError(
                f"{path} has {image.shape[:2]} pixels (H, W), its prediction "
                f"{(height, width)}: the test pipeline turns or cuts images"
            )
        colors = colorize_labels(pictures["labels"], wanted.palette)
        ground = pictures["labels"] == ground_of(wanted.classes)
        pictures["overlays"] = overlay(image, colors, wanted.opacity, ground)
    return pictures, counts


def _stamp(path: str) -> tuple[int, int]:
    """Return what tells an image from an earlier one of its name."""
    state = os.stat(path)
    return state.st_size, state.st_mtime_ns


def _legend(wanted: Wanted) -> np.ndarray:
    """Return which colour is which class, the names in full."""
    longest = max(map(len, wanted.classes))
    columns = max(1, _LEGEND_WIDTH // (24 + _LETTER * longest))
    return class_legend(wanted.classes, wanted.palette, _LEGEND_WIDTH, columns)


def _colors(wanted: Wanted) -> dict:
    """What decides the overlays, if there are some."""
    if wanted.opacity is None:
        return {}
    palette = [list(map(int, color)) for color in wanted.palette]
    return {"opacity": wanted.opacity, "palette_sha256": text_sha256(palette)}
