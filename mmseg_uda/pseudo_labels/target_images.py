"""Which images a config trains its target on, and how it loads them for a test."""

import copy

from mmcv.transforms import LoadAnnotations
from mmengine.config import Config
from mmseg.registry import DATASETS, TRANSFORMS

from .image_files import ImageFiles


def target_images(cfg: Config, pipeline: list) -> ImageFiles:
    """Return the images of the target in training.

    Args:
        cfg: Config with ``train_dataloader.dataset.domains.target``.
        pipeline: Transforms for a test, without labels.

    Raises:
        ValueError: If the config has no target domain.
        FileNotFoundError: If its folders are not there.
    """
    target = _target_dataset(cfg)
    if target is None:
        raise ValueError(
            f"{name_of(cfg)} has no train_dataloader.dataset.domains.target, whose "
            "images would get the labels; give a folder of images (--images DIR)"
        )
    try:
        dataset = DATASETS.build({**target, "pipeline": []})
    except OSError as error:  # mmseg's data sets say no more than a path
        raise FileNotFoundError(
            f"cannot list the images of {name_of(cfg)}'s target: {error}\nSet its "
            "data_root, or give a folder of images (--images DIR)."
        ) from error
    paths = [dataset.get_data_info(i)["img_path"] for i in range(len(dataset))]
    return ImageFiles(paths, dataset.data_prefix["img_path"], pipeline)


def target_classes(cfg: Config) -> list[str] | None:
    """Return the class names of the config's target, else of its test data set."""
    test = (cfg.get("test_dataloader") or {}).get("dataset")
    for dataset in (_target_dataset(cfg), test):
        if dataset is None:
            continue
        kind = dataset["type"]
        kind = DATASETS.get(kind) if isinstance(kind, str) else kind
        default = getattr(kind, "METAINFO", {}).get("classes")
        classes = (dataset.get("metainfo") or {}).get("classes", default)
        if classes:
            return list(classes)
    return None


def inference_pipeline(cfg: Config, tta: bool = False) -> list:
    """Return the config's transforms for a test, without those that load labels.

    Args:
        cfg: Config with ``test_dataloader.dataset.pipeline``.
        tta: Take ``tta_pipeline`` instead.

    Raises:
        ValueError: If the config lacks it.
    """
    if tta:
        pipeline, key = cfg.get("tta_pipeline"), "tta_pipeline"
    else:
        test = cfg.get("test_dataloader") or cfg.get("val_dataloader") or {}
        pipeline = (test.get("dataset") or {}).get("pipeline")
        key = "test_dataloader.dataset.pipeline"
    if not pipeline:
        raise ValueError(
            f"{name_of(cfg)} has no {key}, by which images are loaded for a test; add "
            "it to the config"
        )
    return _without_labels(copy.deepcopy(list(pipeline)))


def _without_labels(pipeline: list) -> list:
    """Drop the transforms that load labels, also inside ``TestTimeAug``."""
    kept = []
    for transform in pipeline:
        if isinstance(transform, dict):
            if _loads_labels(transform):
                continue
            if "transforms" in transform:
                transform["transforms"] = _without_labels(list(transform["transforms"]))
        elif isinstance(transform, (list, tuple)):  # a group of TestTimeAug
            transform = _without_labels(list(transform))
            if not transform:
                continue
        kept.append(transform)
    return kept


def _loads_labels(transform: dict) -> bool:
    """Tell whether a transform is mmcv's ``LoadAnnotations`` or derived from it."""
    kind = transform["type"]
    kind = TRANSFORMS.get(kind) if isinstance(kind, str) else kind
    return isinstance(kind, type) and issubclass(kind, LoadAnnotations)


def _target_dataset(cfg: Config) -> dict | None:
    """Return the config of the target in training, if there is one."""
    dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    target = (dataset.get("domains") or {}).get("target")
    # A data set that adds pseudo-labels to another one says which one here.
    images = (target or {}).get("images")
    return images if isinstance(images, dict) else target


def name_of(cfg: Config) -> str:
    """Return the config's file for a message."""
    return f"config {cfg.filename}" if cfg.filename else "the config"
