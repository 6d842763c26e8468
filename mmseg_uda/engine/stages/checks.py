"""What is checked before any training starts."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.checkpoints import load_into
from mmseg_uda.datasets.preflight import check_dataloader
from mmseg_uda.registry import RULES

from .errors import StageError, did_you_mean
from .ranks import say
from .stage import Stage

_QUIET = "mmseg_uda_checks"
_LOADERS = ("train_dataloader", "val_dataloader")


def check_writable(folder: Path) -> None:
    """Make a folder and try to write into it.

    Raises:
        StageError: If that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StageError(
            f"cannot write into {folder}: {error.strerror or error}. Choose another "
            "folder with --work-dir."
        ) from error


def check_predicting(stage: Stage, cfg: Config) -> None:
    """Check what a stage that predicts pseudo-labels needs beside the model.

    Raises:
        StageError: If there is no such rule or option, or no pipeline for test-time
            augmentation.
        ValueError: If an option is out of range.
    """
    if stage.tta and not cfg.get("tta_pipeline"):
        raise StageError(
            f"stage '{stage.name}' has tta=True, but {stage.config} defines no "
            "tta_pipeline. Add one (configs/_base_/datasets/cityscapes_eval.py has an "
            "example), or set tta=False."
        )
    rule = stage.rule
    try:
        RULES.build(dict(rule))
    except (KeyError, TypeError) as error:
        raise StageError(
            f"pseudo-label rule {dict(rule)}: {str(error).split('. ')[0]}. Rules: "
            f"{', '.join(sorted(RULES.module_dict))}."
            + did_you_mean(str(rule.get("type")), RULES.module_dict)
        ) from error


def check_model(cfg: Config, load_from: Path | None, trains: bool = True) -> nn.Module:
    """Build the model and its optimizers once, and try the weights on it.

    Misspelt names of parts come up here rather than after the stages before.

    Args:
        cfg: Config of a stage.
        load_from: Weights that the stage starts from, if they exist already.
        trains: Whether there is something to optimize.

    Returns:
        The model.

    Raises:
        ValueError: Whatever the parts find wrong with the config or the weights.
    """
    if "model" not in cfg:
        raise StageError(
            f"{cfg.filename} defines no model. Files under configs/_base_ are parts; "
            "train with a config that puts them together."
        )
    init_default_scope(cfg.get("default_scope", "mmseg"))
    # what is built here for a look need not be announced
    if not MMLogger.check_instance_created(_QUIET):
        MMLogger.get_instance(_QUIET, log_level="ERROR")
    model_cfg = dict(cfg.model)
    if cfg.get("data_preprocessor"):
        model_cfg.setdefault("data_preprocessor", cfg.data_preprocessor)
    model = MODELS.build(model_cfg)
    if trains:
        build_optim_wrapper(model, cfg.optim_wrapper)
    if load_from is not None:
        load_into(model, load_from, ignore=("heads.*",))
    return model


class DataCheck:
    """Checks data loaders, each data set once however many stages use it."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, cfg: Mapping[str, Any], stage: str) -> None:
        """Check the training and validation data of a stage.

        Raises:
            FileNotFoundError: If a folder is missing or empty.
            ValueError: If the files, or batch size and domains, don't fit together.
        """
        init_default_scope(cfg.get("default_scope", "mmseg"))
        for name in _LOADERS:
            loader = cfg.get(name)
            if loader is None or repr(loader["dataset"]) in self._seen:
                continue
            self._seen.add(repr(loader["dataset"]))
            for report in check_dataloader(loader):
                sizes = {
                    "x".join(map(str, s)) for s in (report.smallest, report.largest)
                }
                labelled = f", {report.num_labels} labels" if report.num_labels else ""
                say(
                    f"{stage}: {report.name}: {report.num_images} images{labelled}, "
                    f"{' to '.join(sorted(sizes))} pixels"
                )
