"""Translated images of a set of images."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.dist import barrier, get_rank, get_world_size
from torch.utils.data import DataLoader

from mmseg_uda.datasets.image_files import ImageFiles, text_sha256
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.weights.checkpoints import file_hash

from .translation_writer import TranslationWriter
from .translator import Translator


def translate_images(
    translator: Translator,
    images: ImageFiles,
    out_dir: str | Path,
    checkpoint: str | Path,
    header: Mapping[str, object],
    batch_size: int = 1,
    num_workers: int = 0,
    overwrite: bool = False,
) -> dict:
    """Translate every image, or those that an interrupted run has left.

    Each is written at once, at the size of its original, so that labels fit. Under
    ``torch.distributed`` each rank translates a part of them (the output folder must
    be shared).

    Args:
        translator: On its device.
        images: What to translate; its pipeline gives the size to translate at.
        out_dir: Output folder, see :class:`TranslationWriter`.
        checkpoint: File that the weights come from.
        header: Entries of the manifest. ``generator`` decides the images, too.
        batch_size: Images at a time. The arithmetic of a batch may differ in the last
            bit from that of single images, and with it a value by 1 of 255.
        num_workers: Processes that load images, per rank.
        overwrite: Remove an earlier run's files instead of going on with them.

    Returns:
        The manifest, as in ``translated.json``.

    Raises:
        ValueError: If the folder holds images of other settings, two images would have
            the same file, or an image cannot be loaded or translated.
        FileExistsError: If the folder holds other data.
    """
    images.check_one_file_each()
    digest = file_hash(checkpoint)
    decisive = {
        "generator": header["generator"],
        "checkpoint_sha256": digest,
        "translator_sha256": text_sha256(translator.config),
        "pipeline_sha256": images.pipeline_sha256,
        "num_images": len(images),
        "images_sha256": text_sha256(images.names),
    }
    writer = TranslationWriter(out_dir, images.names, decisive, get_rank())
    pending = on_rank_zero(writer.prepare, overwrite)
    own = pending[get_rank() :: get_world_size()]
    translated = _translations(translator, images, own, batch_size, num_workers)
    if own and get_rank() == 0:
        translated = with_progress(translated, len(own), "translating images")
    for index, image in translated:
        writer.write(images.names[index], image)
    barrier()
    entries = {**header, "checkpoint": str(checkpoint), "checkpoint_sha256": digest}
    return on_rank_zero(writer.finish, entries)


def _translations(
    translator: Translator,
    images: ImageFiles,
    indices: Sequence[int],
    batch_size: int,
    num_workers: int,
) -> Iterator[tuple[int, np.ndarray]]:
    """Translate images; yields the index and (H, W, 3) uint8, BGR, of each."""
    loader = DataLoader(
        images,
        batch_size=batch_size,
        sampler=indices,
        num_workers=num_workers,
        collate_fn=pseudo_collate,
    )
    rest = iter(indices)
    for data in loader:
        # the preprocessor may take the samples out
        shapes = [sample.ori_shape[:2] for sample in data["data_samples"]]
        for image, shape in zip(translator(data), shapes, strict=True):
            yield next(rest), _resized(image.cpu().numpy(), shape)


def _resized(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == tuple(shape):
        return image
    shrinks = shape[0] < image.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(image, (shape[1], shape[0]), interpolation=how)
