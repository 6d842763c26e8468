"""Pseudo-labels from a config and a checkpoint."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.prediction.build_model import build_model, check_has_model, model_config
from mmseg_uda.prediction.load_networks import load_networks
from mmseg_uda.prediction.out_folder import check_apart
from mmseg_uda.prediction.target_images import (
    check_target_classes,
    folder_reader,
    inference_pipeline,
    target_classes,
    target_images,
)
from mmseg_uda.registry import RULES
from mmseg_uda.statistics import StatisticsOptions
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.plain import plain
from mmseg_uda.weights.checkpoints import TRAINING_PARTS
from mmseg_uda.weights.weight_files import check_is_file

from .generate import generate_pseudo_labels
from .label_weights import LabelWeights


def run_pseudo_label_stage(
    cfg: Config,
    checkpoint: str | Path,
    out_dir: str | Path,
    rule: dict | None = None,
    tta: bool = False,
    images: str | Path | None = None,
    overwrite: bool = False,
    allow_partial: bool = False,
    device: str | None = None,
    num_workers: int | None = None,
    average_with: Sequence[str | Path] = (),
    image_suffix: str | None = None,
    weights: LabelWeights | None = None,
    statistics: StatisticsOptions | None = None,
    check_images: Callable[[ImageFiles], None] = lambda files: None,
) -> dict:
    """Build model and images from a config and write pseudo-labels.

    Works with any mmseg config, of this project or stock. Goes on where an
    interrupted run stopped; a finished folder is only checked.

    Args:
        cfg: Config of the model that predicts. Images are those of its target in
            training, without labels; the pipeline is that of its test data set.
        checkpoint: Weights of the model.
        out_dir: Output folder, see :class:`PseudoLabelWriter`.
        rule: Config of the rule; default ``dict(type='KeepAll')``.
        tta: Average the softmax of the augmentations of the config's ``tta_pipeline``.
        images: Folder of images to take instead of the config's.
        overwrite: Remove labels made with other settings.
        allow_partial: Accept a checkpoint that fits the model only in part, and say how
            much of it fits.
        device: Where to predict, e.g. ``'cpu'``; default: a GPU if there is one.
        num_workers: Processes that load images, per rank; default: the config's.
        average_with: Weights of further networks of this config. The labels are those
            of the mean of all their probabilities.
        image_suffix: Ending of the files in ``images``; None: that of any image.
        weights: What a training will weight the labels with; the report then says what
            these weights are on some of the images.
        statistics: How the networks are given the images' batch norm statistics before
            they predict; None: they keep those of their checkpoints. Networks without
            batch norm predict as they are.
        check_images: Called with the images before the model is built; raises if they
            cannot be read. A run of stages has checked them already.

    Returns:
        The report, as in ``pseudo_labels.json``.

    Raises:
        ValueError: If the config does not say what is needed, the checkpoint does not
            fit, the device is not there, or the folder holds other labels.
        FileNotFoundError: If the checkpoint or images are missing.
        OSError: If the output folder cannot be written.
    """
    checkpoint = check_is_file(checkpoint, "checkpoint")
    average_with = [check_is_file(path, "checkpoint") for path in average_with]
    check_has_model(cfg)
    check_writable(out_dir, "--out (in training --work-dir)")
    init_default_scope(cfg.get("default_scope", "mmseg"))
    selection = RULES.build(dict(rule or {"type": "KeepAll"}))
    pipeline = inference_pipeline(cfg, tta)
    files = (
        ImageFiles.from_folder(
            images,
            pipeline,
            folder_reader(cfg, "target", images=[images]),
            image_suffix,
        )
        if images is not None
        else target_images(cfg, pipeline)
    )
    check_apart(out_dir, files.root)
    check_images(files)
    where = choose_device(device)
    model = build_model(cfg)
    # a rule that looks at a map needs the heads that the map is made with
    ignore = TRAINING_PARTS if selection.score_map is None else ()
    options = dict(allow_partial=allow_partial, ignore=ignore)
    predicts, partial = load_networks(model, [checkpoint, *average_with], **options)
    check_target_classes(cfg, model)
    if num_workers is None:
        num_workers = (cfg.get("test_dataloader") or {}).get("num_workers", 0)
    return generate_pseudo_labels(
        predicts.to(where),
        files,
        out_dir,
        selection,
        checkpoint,
        config_name=Path(cfg.filename).name if cfg.filename else "",
        classes=target_classes(cfg),
        settings={"model_sha256": text_sha256(plain(model_config(cfg)))},
        overwrite=overwrite,
        num_workers=num_workers,
        average_with=average_with,
        weights=weights,
        plain_images=files.loaded_by(inference_pipeline(cfg)) if tta else files,
        statistics=statistics,
        partial=partial,
    )
