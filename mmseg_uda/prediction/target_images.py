"""Which images are predicted, of a config or of a user, and how they are loaded."""

import copy
import inspect
from collections.abc import Iterable
from pathlib import Path

from mmcv.transforms import LoadAnnotations
from mmengine.config import Config
from mmseg.registry import DATASETS, TRANSFORMS
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.datasets.loader_config import main_dataset
from mmseg_uda.datasets.names.strangers import MOVE, check_photographs
from mmseg_uda.datasets.reading import READER_OPTIONS, ImageReader
from mmseg_uda.structures.seg_heads import num_outputs
from mmseg_uda.utils.suggestions import did_you_mean


def target_images(cfg: Config, pipeline: list) -> ImageFiles:
    """Return the images of the target in training, see :func:`domain_images`."""
    return domain_images(cfg, "target", pipeline, "would get the labels")


def domain_images(cfg: Config, domain: str, pipeline: list, purpose: str) -> ImageFiles:
    """Return the images of a domain in training.

    Args:
        cfg: Config with ``train_dataloader.dataset.domains.<domain>``.
        domain: Name of the domain.
        pipeline: Transforms for a test, without labels.
        purpose: What the images are wanted for, for a message.

    Raises:
        ValueError: If the config has no such domain, or label maps among its images.
        FileNotFoundError: If its folders are not there.
    """
    given = _dataset_of(cfg, domain)
    if given is None:
        there = ((cfg.get("train_dataloader") or {}).get("dataset") or {}).get(
            "domains"
        )
        raise ValueError(
            f"{name_of(cfg)} has no train_dataloader.dataset.domains.{domain}, whose "
            f"images {purpose}; give a folder of images (--images DIR)."
            + did_you_mean(domain, there or ())
        )
    try:
        dataset = DATASETS.build({**given, "pipeline": []})
    except OSError as error:  # mmseg's data sets say no more than a path
        raise FileNotFoundError(
            f"cannot list the images of {name_of(cfg)}'s {domain}: {error}\nSet its "
            "data_root, or give a folder of images (--images DIR)."
        ) from error
    paths = [dataset.get_data_info(i)["img_path"] for i in range(len(dataset))]
    root = dataset.data_prefix["img_path"]
    check_photographs(paths, root, getattr(dataset, "separate", lambda _: MOVE))
    return ImageFiles(paths, root, pipeline, getattr(dataset, "image_reader", None))


def folder_reader(
    cfg: Config, *domains: str, images: Iterable[str | Path] = ()
) -> ImageReader:
    """Return how images are read that a user names.

    Args:
        cfg: Config with data sets.
        domains: Domains of its training data.
        images: The files or folders. Where a data set of the config has all of them in
            its folder, they are read as that one says.

    Returns:
        Else that of the first of these domains that there is, else of its test data. In
        an export the loader of its pipeline says it.
    """
    dataset = _read_like(cfg, domains, images)[1]
    loader = next(iter(dataset.get("pipeline") or []), None) or {}
    given = {**(loader.get("backend_args") or {}), **dataset}
    return ImageReader(**{k: given[k] for k in READER_OPTIONS if k in given})


def reader_key(cfg: Config, *domains: str, images: Iterable[str | Path] = ()) -> str:
    """Return the key of the config whose options :func:`folder_reader` takes."""
    return _read_like(cfg, domains, images)[0]


def _read_like(
    cfg: Config, domains: Iterable[str], images: Iterable[str | Path]
) -> tuple[str, dict]:
    """Return the data set that files are read like, and its key."""
    given = {_key_of(cfg, domain): _dataset_of(cfg, domain) for domain in domains}
    for split in ("test", "val"):
        loader = cfg.get(f"{split}_dataloader")
        given[f"{split}_dataloader.dataset"] = main_dataset(loader)
    first = next(((k, d) for k, d in given.items() if d), (next(iter(given)), {}))
    training = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    for domain in training.get("domains") or {}:
        given.setdefault(_key_of(cfg, domain), _dataset_of(cfg, domain))
    paths = [Path(path).resolve() for path in images]
    holding = ((k, d) for k, d in given.items() if d and paths and _holds(d, paths))
    return next(holding, first)


def _holds(dataset: dict, paths: list[Path]) -> bool:
    """Whether all paths lie in the folder of images that a data set names."""
    kind = dataset.get("type")
    kind = DATASETS.get(kind) if isinstance(kind, str) else kind
    taken = inspect.signature(kind).parameters if kind else {}
    if "image_dir" not in taken or not isinstance(dataset.get("data_root"), str):
        return False
    below = dataset.get("image_dir", taken["image_dir"].default)
    folder = Path(dataset["data_root"], below).resolve()
    return all(path.is_relative_to(folder) for path in paths)


def target_classes(cfg: Config) -> list[str] | None:
    """Return the class names of the config's target, else of its test data set."""
    test = main_dataset(cfg.get("test_dataloader"))
    for dataset in (_dataset_of(cfg, "target"), test):
        if not dataset:
            continue
        kind = dataset["type"]
        kind = DATASETS.get(kind) if isinstance(kind, str) else kind
        default = getattr(kind, "METAINFO", {}).get("classes")
        classes = (dataset.get("metainfo") or {}).get("classes", default)
        if classes:
            return list(classes)
    return None


def check_target_classes(cfg: Config, model: nn.Module) -> None:
    """Check that a model predicts the classes of the images that get its labels.

    Args:
        cfg: Config of the model and of the images.
        model: The built model.

    Raises:
        ValueError: If their number differs.
    """
    classes, predicted = (
        target_classes(cfg),
        num_outputs(getattr(model, "segmentor", model)),
    )
    if classes is None or predicted is None or len(classes) == predicted:
        return
    shown = ", ".join(classes[:5]) + ", ..." * (len(classes) > 5)
    raise ValueError(
        f"the model predicts {predicted} classes, but the data set whose images get "
        f"its labels has {len(classes)} ({shown}): set metainfo=dict(classes=...) of "
        "that (without it they are the default of its type), or num_classes of the "
        "heads"
    )


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
        test = cfg.get("test_dataloader") or cfg.get("val_dataloader")
        pipeline = main_dataset(test).get("pipeline")
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


def _dataset_of(cfg: Config, domain: str) -> dict | None:
    """Return the config of a domain in training, if there is one."""
    dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    given = (dataset.get("domains") or {}).get(domain)
    # A data set that adds something to another one says which one here.
    images = (given or {}).get("images")
    return images if isinstance(images, dict) else given


def _key_of(cfg: Config, domain: str) -> str:
    """Return the key of a domain's images in training."""
    key = f"train_dataloader.dataset.domains.{domain}"
    dataset = (cfg.get("train_dataloader") or {}).get("dataset") or {}
    given = (dataset.get("domains") or {}).get(domain) or {}
    return f"{key}.images" if isinstance(given.get("images"), dict) else key


def name_of(cfg: Config) -> str:
    """Return the config's file for a message."""
    return f"config {cfg.filename}" if cfg.filename else "the config"
