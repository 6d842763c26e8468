"""Translated images from a config and a checkpoint."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.out_folder import check_apart
from mmseg_uda.prediction.target_images import (
    domain_images,
    folder_reader,
    name_of,
)
from mmseg_uda.utils.atomic_files import check_writable
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.weights.weight_files import check_is_file

from .translate import translate_images
from .translator import Translator


def run_translate_stage(
    cfg: Config,
    checkpoint: str | Path,
    out_dir: str | Path,
    generator: str = "g_st",
    domain: str = "source",
    images: str | Path | None = None,
    batch_size: int = 1,
    overwrite: bool = False,
    device: str | None = None,
    num_workers: int | None = None,
    image_suffix: str | None = None,
) -> dict:
    """Build translator and images from a config and write translated images.

    Goes on where an interrupted run stopped; a finished folder is only checked.

    Args:
        cfg: Config that the translator was trained with; its ``translate_pipeline``
            loads the images, at the size to translate at.
        checkpoint: Weights of the translator.
        out_dir: Output folder, see :class:`TranslationWriter`.
        generator: Entry of ``model.heads`` that translates.
        domain: Domain of the config's training data whose images are translated.
        images: Folder of images to take instead.
        batch_size: Images at a time.
        overwrite: Remove images made with other settings.
        device: Where to translate, e.g. ``'cpu'``; default: a GPU if there is one.
        num_workers: Processes that load images, per rank; default: the config's.
        image_suffix: Ending of the files in ``images``; None: that of any image.

    Returns:
        The manifest, as in ``translated.json``.

    Raises:
        ValueError: If the config does not say what is needed, the checkpoint does not
            fit, the device is not there, or the folder holds other images.
        FileNotFoundError: If the checkpoint or images are missing.
        OSError: If the output folder cannot be written.
    """
    checkpoint = check_is_file(checkpoint, "checkpoint")
    check_writable(out_dir, "--out (in training --work-dir)")
    init_default_scope(cfg.get("default_scope", "mmseg"))
    pipeline = translate_pipeline(cfg)
    files = (
        ImageFiles.from_folder(
            images, pipeline, folder_reader(cfg, domain), image_suffix
        )
        if images is not None
        else domain_images(cfg, domain, pipeline, "would be translated")
    )
    check_apart(out_dir, files.root)
    where = choose_device(device)
    translator = Translator(cfg, checkpoint, generator).to(where)
    if num_workers is None:
        num_workers = (cfg.get("train_dataloader") or {}).get("num_workers", 0)
    header = {
        "generator": generator,
        "config": Path(cfg.filename).name if cfg.filename else "",
    }
    return translate_images(
        translator,
        files,
        out_dir,
        checkpoint,
        header,
        batch_size,
        num_workers,
        overwrite,
    )


def translate_pipeline(cfg: Config) -> list:
    """Return the transforms that load images to translate.

    Raises:
        ValueError: If the config lacks them.
    """
    pipeline = cfg.get("translate_pipeline")
    if not pipeline:
        raise ValueError(
            f"{name_of(cfg)} has no translate_pipeline, which loads the images to "
            "translate; configs/_base_/datasets/gta_to_cityscapes_translation.py has "
            "an example"
        )
    return pipeline
