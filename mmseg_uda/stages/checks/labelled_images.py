"""The labelled images that maps are judged on, looked at before any is predicted."""

import copy
from typing import Any

from mmengine.config import Config
from mmseg.registry import DATASETS
from torch import nn
from torch.utils.data import Dataset

from mmseg_uda.datasets.loader_config import main_dataset
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.structures.cascade import stages_of
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.seeding import seeded

from ..errors import StageError
from ..ranks import say
from .building import building
from .classes import check_classes

_ADVICE = (
    "Maps are judged on labelled images: give it a data set with labels, and "
    "LoadAnnotations in its pipeline"
)


def check_labelled_loader(cfg: Config, model: nn.Module) -> None:
    """Check that a config has a data set for its validation, with a model's classes.

    Args:
        cfg: The config.
        model: The built model.

    Raises:
        StageError: If it has none, or one of other classes.
    """
    loader = cfg.get("val_dataloader")
    if not loader or not loader.get("dataset"):
        raise StageError(
            "the config has no val_dataloader, whose labelled images maps are judged "
            "on; add one"
        )
    check_classes(cfg, model, "val_dataloader")


def check_predicts_classes(segmentor: nn.Module) -> None:
    """Check that a segmentor has an output for each of at least two classes.

    Args:
        segmentor: A segmentor of mmseg's, not wrapped.

    Raises:
        StageError: If it has one alone: a binary head, or a single class.
        TypeError: If it has no decode head.
    """
    head = stages_of(segmentation_heads(segmentor)["decode"])[-1]
    outputs = getattr(head, "out_channels", None)
    if outputs is not None and outputs < 2:
        raise StageError(
            f"the segmentation head has {outputs} output a pixel (num_classes="
            f"{getattr(head, 'num_classes', None)}, out_channels={outputs}), while all "
            "scores go by the softmax over two or more classes. Train with "
            "num_classes=2, out_channels=2 and a loss without use_sigmoid"
        )


def labelled_images(cfg: Config) -> Dataset:
    """Build the data set of a config's validation, after a look at its files.

    Of several domains it is the target's.

    Args:
        cfg: Config that has one, see :func:`check_labelled_loader`.

    Raises:
        StageError: If files are missing or broken, or the pipeline gives no labels, or
            some of another size.
    """
    images = main_dataset(cfg.val_dataloader)
    with building("val_dataloader"):
        (report, *_) = check_dataset(images)
        dataset = DATASETS.build(copy.deepcopy(images))
    if not report.num_labels:
        raise StageError(
            f"val_dataloader: {report.name} has no label for any of its "
            f"{report.num_images} images. {_ADVICE}"
        )
    with seeded(0):
        _check_label(dataset[0])
    for notice in report.notices:
        say(f"{report.name}: {notice}")
    return dataset


def _check_label(data: Any) -> None:
    """Check what the pipeline makes of the first image."""
    sample = data["data_samples"]
    path = sample.metainfo.get("img_path", "the first image")
    if "gt_sem_seg" not in sample:
        raise StageError(
            f"val_dataloader: the pipeline gives no label with {path}. {_ADVICE}"
        )
    height, width = sample.gt_sem_seg.shape
    original = tuple(sample.metainfo.get("ori_shape", (height, width))[:2])
    if (height, width) != original:
        raise StageError(
            f"val_dataloader: the pipeline gives {path}, {original} pixels (H, W), a "
            f"label of {(height, width)}. LoadAnnotations must come after Resize, so "
            "that labels keep their original size"
        )
