"""Predictions from a config and a checkpoint."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_uda.datasets.folders import IMAGE_SUFFIXES
from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.structures.seg_heads import num_outputs
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.plain import plain
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.visualization.class_colors import class_colors
from mmseg_uda.weights.checkpoints import TRAINING_PARTS
from mmseg_uda.weights.safe_loading import load_checkpoint_file
from mmseg_uda.weights.weight_files import check_is_file

from .build_model import build_model, check_has_model, model_config
from .load_networks import load_networks
from .out_folder import check_apart
from .predict_images import Wanted, predict_images
from .submission import Submission
from .target_images import (
    folder_reader,
    inference_pipeline,
    target_classes,
)


def run_prediction(
    cfg: Config,
    checkpoints: Sequence[str | Path],
    images: str | Path,
    out_dir: str | Path,
    tta: bool = False,
    confidence: bool = False,
    opacity: float | None = None,
    image_suffix: str | None = None,
    submission: str | None = None,
    overwrite: bool = False,
    device: str | None = None,
    num_workers: int | None = None,
    check_images: Callable[[ImageFiles], Any] = lambda files: None,
) -> dict:
    """Build the model of a config and write what it predicts for images.

    Works with any mmseg config, of this project or stock. Goes on where an
    interrupted run stopped; a finished folder is only checked.

    Args:
        cfg: Config of the model; the pipeline is that of its test data set.
        checkpoints: Weights of the model; of several, the mean of the networks'
            probabilities is predicted.
        images: Folder of images at any depth, or an image; with ``submission`` the
            folder of that data set.
        out_dir: Output folder, see :class:`PredictionWriter`.
        tta: Average the softmax of the augmentations of the config's ``tta_pipeline``.
        confidence: Write the probability of the predicted class, too.
        opacity: Paint the classes over the image, too, covering so much of it.
        image_suffix: Ending of the files in a folder; None: that of any image.
        submission: Predict the test images of this data set, and write them as its
            test server wants them, too; see :class:`Submission`.
        overwrite: Remove what an earlier run has written first.
        device: Where to predict, e.g. ``'cpu'``; default: a GPU if there is one.
        num_workers: Processes that load images, per rank; default: the config's.
        check_images: Called with the images before the model is built; raises if they
            cannot be read.

    Returns:
        The report, as in ``prediction.json``.

    Raises:
        ValueError: If the config does not say what is needed, a checkpoint does not
            fit, the device is not there, or the folder holds other predictions.
        FileNotFoundError: If a checkpoint or images are missing.
        OSError: If the output folder cannot be written.
    """
    paths = [check_is_file(path, "checkpoint") for path in checkpoints]
    check_has_model(cfg)
    check_writable(out_dir, "--out")
    init_default_scope(cfg.get("default_scope", "mmseg"))
    pipeline = inference_pipeline(cfg, tta)
    reader = folder_reader(cfg, "target", images=[images])
    server = None if submission is None else Submission(submission)
    if server is None:
        files = _files(images, pipeline, reader, image_suffix)
    else:
        files = server.images(images, pipeline, reader)
    check_apart(out_dir, files.root)
    check_images(files)
    where = choose_device(device)
    model = build_model(cfg)
    predicts, _ = load_networks(model, paths, ignore=TRAINING_PARTS)
    outputs = num_outputs(getattr(model, "segmentor", model))
    classes, palette = class_colors(cfg, outputs or len(target_classes(cfg) or ()))
    on_rank_zero(_say_other_names, paths[0], classes)
    if server is not None:
        server.values(classes)  # before the first image is predicted
    if num_workers is None:
        num_workers = (cfg.get("test_dataloader") or {}).get("num_workers", 0)
    report = predict_images(
        predicts.to(where),
        files,
        out_dir,
        Wanted(classes, palette, confidence, opacity),
        paths,
        settings={"model_sha256": text_sha256(plain(model_config(cfg)))},
        config_name=Path(cfg.filename).name if cfg.filename else "",
        overwrite=overwrite,
        num_workers=num_workers,
    )
    if server is not None:
        on_rank_zero(server.write, out_dir, files.names, classes)
    return report


def _say_other_names(checkpoint: Path, classes: Sequence[str]) -> None:
    """Warn where a network was trained with other names than its config has."""
    meta = load_checkpoint_file(checkpoint).get("meta")
    trained = (meta.get("dataset_meta") if isinstance(meta, dict) else None) or {}
    names = list(trained.get("classes") or classes)
    if names != list(classes):
        print(
            f"warning: '{checkpoint}' was trained with the classes {', '.join(names)}, "
            f"and the config calls them {', '.join(classes)}, in this order; masks, "
            "tables and colours go by the config",
            file=sys.stderr,
            flush=True,
        )


def _files(
    given: str | Path, pipeline: list, reader: ImageReader, suffix: str | None
) -> ImageFiles:
    """Return the images of a folder, or one."""
    path = Path(given)
    if not path.is_file():
        return ImageFiles.from_folder(path, pipeline, reader, suffix, "IMAGES")
    if not path.name.lower().endswith(IMAGE_SUFFIXES):
        kinds = ", ".join(IMAGE_SUFFIXES)
        raise ValueError(f"{given} is no image: its name must end in {kinds}")
    return ImageFiles([path], path.parent, pipeline, reader)
