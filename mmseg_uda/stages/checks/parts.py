"""Building every part that a training stage will need, before any stage runs."""

import copy
import inspect
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from mmengine.config import Config
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import EpochBasedTrainLoop, LogProcessor, Runner
from mmseg.registry import DATASETS, LOOPS, VISBACKENDS, VISUALIZERS

from mmseg_uda.utils.suggestions import did_you_mean

from ..errors import StageError
from .building import building
from .dry_runner import DryRunner
from .evaluator import check_evaluator
from .hooks import check_hooks, check_scores, check_unscored
from .short_schedules import check_counts_iterations
from .signatures import check_arguments, known_arguments

_NEEDED = ("train_dataloader", "train_cfg", "optim_wrapper")
_VALIDATION = ("val_dataloader", "val_cfg", "val_evaluator")
_COUNTS = ("max_iters", "val_interval")
_DICTS = (*_NEEDED, *_VALIDATION[:2], "default_hooks", "randomness", "env_cfg")
_PACKAGES = {
    "TensorboardVisBackend": "tensorboard",
    "WandbVisBackend": "wandb",
    "MLflowVisBackend": "mlflow",
    "ClearMLVisBackend": "clearml",
    "NeptuneVisBackend": "neptune",
    "DVCLiveVisBackend": "dvclive",
    "AimVisBackend": "aim",
}
_ENVIRONMENT = ("cudnn_benchmark", "mp_cfg", "dist_cfg", "resource_limit")


def check_sections(cfg: Mapping[str, Any]) -> None:
    """Check that a config has what training takes.

    Raises:
        StageError: If a section is missing or of the wrong type, or validation is
            described in part.
    """
    for name in _DICTS:
        if not isinstance(cfg.get(name) or {}, Mapping):
            raise StageError(f"{name} must be a dict, got {cfg[name]!r}")
    if not isinstance(cfg.get("custom_hooks") or [], list | tuple):
        raise StageError(f"custom_hooks must be a list, got {cfg['custom_hooks']!r}")
    missing = [name for name in _NEEDED if not cfg.get(name)]
    if missing:
        raise StageError(
            f"the config has no {', '.join(missing)}. Inherit it from configs/_base_, "
            "or add it."
        )
    absent = [name for name in _VALIDATION if cfg.get(name) is None]
    if absent and len(absent) < len(_VALIDATION):
        raise StageError(
            f"{', '.join(_VALIDATION)} belong together, but {', '.join(absent)} is "
            "missing or None. Give all of them, or none to train without validation."
        )


def check_parts(cfg: Config, optim_wrapper: OptimWrapper) -> None:
    """Build loops, schedules, hooks and metrics of a training stage, for a look.

    Raises:
        StageError: If one of them cannot be built, takes no such argument, or they
            don't go together.
    """
    check_sections(cfg)
    _check_rest(cfg)
    validates = cfg.get("val_cfg") is not None
    metainfo = _check_evaluator(cfg) if validates else None
    with building("visualizer"):
        runner = DryRunner(cfg, optim_wrapper, metainfo)
    _check_train_cfg(runner, cfg.train_cfg)
    if cfg.get("param_scheduler") is not None:
        _check_schedules(runner, cfg.param_scheduler)
        check_counts_iterations(cfg)
    check_hooks(runner, cfg)
    if validates:
        if "type" in cfg.val_cfg:
            check_arguments(LOOPS, cfg.val_cfg, "val_cfg")
        with building("val_cfg or val_evaluator"):
            loop = runner.build_val_loop(cfg.val_cfg)
        check_scores(runner, loop.evaluator)
    else:
        check_unscored(runner)


def _check_train_cfg(runner: DryRunner, train_cfg: Mapping[str, Any]) -> None:
    _check_no_epochs(train_cfg)
    if "type" in train_cfg:
        check_arguments(LOOPS, train_cfg, "train_cfg")
    elif "by_epoch" not in train_cfg:
        raise StageError("train_cfg has no type; use type='IterBasedTrainLoop'")
    for name in _COUNTS:
        value = train_cfg.get(name, 1 if name == "val_interval" else None)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise StageError(
                f"train_cfg.{name} must be a whole number of iterations, at least 1, "
                f"got {value!r}"
            )
    with building("train_cfg"):
        runner._train_loop = runner.build_train_loop(train_cfg)


def _check_no_epochs(train_cfg: Mapping[str, Any]) -> None:
    """Check that a training counts iterations.

    Raises:
        StageError: If it counts epochs.
    """
    loop = train_cfg.get("type")
    loop = LOOPS.get(loop) if isinstance(loop, str) else loop
    by_loop = isinstance(loop, type) and issubclass(loop, EpochBasedTrainLoop)
    if by_loop or train_cfg.get("by_epoch") or train_cfg.get("max_epochs"):
        raise StageError(
            "train_cfg counts epochs (EpochBasedTrainLoop, by_epoch=True, max_epochs); "
            "trainings here count iterations, as the domains of a batch differ in "
            "length. Use train_cfg=dict(_delete_=True, type='IterBasedTrainLoop', "
            "max_iters=N, val_interval=M): an epoch of a domain is the number of its "
            "images divided by its samples_per_domain, in iterations"
        )


def _check_schedules(runner: DryRunner, schedules: Any) -> None:
    wrapper = runner.optim_wrapper
    if isinstance(schedules, Mapping) and "type" not in schedules:
        entries = list(wrapper.keys()) if isinstance(wrapper, OptimWrapperDict) else []
        if not entries:
            raise StageError(
                f"param_scheduler has the entries {', '.join(schedules)}, but the "
                "optim_wrapper has one optimizer: give a list of schedules, such as "
                f"param_scheduler = _base_.param_scheduler.{next(iter(schedules))}"
            )
        for name in {*schedules} ^ {*entries}:
            raise StageError(
                f"param_scheduler has the entries {', '.join(schedules)}, the "
                f"optim_wrapper {', '.join(entries)}: '{name}' is in one of them alone."
                + did_you_mean(name, {*schedules, *entries} - {name})
            )
    with building("param_scheduler"):
        runner.build_param_scheduler(schedules)


def _check_evaluator(cfg: Config) -> Mapping[str, Any] | None:
    check_evaluator(cfg.val_evaluator, "val_evaluator")
    dataset = cfg.val_dataloader.dataset
    check_arguments(DATASETS, dataset, "val_dataloader.dataset")
    takes = known_arguments(DATASETS.get(dataset["type"])) or ()
    lazy = {"lazy_init": True} if "lazy_init" in takes else {}
    with building("val_dataloader.dataset"):
        return getattr(DATASETS.build({**dataset, **lazy}), "metainfo", None)


def _check_rest(cfg: Config) -> None:
    """Check what no object is built of here."""
    if cfg.get("log_processor"):
        with building("log_processor", LogProcessor):
            Runner.build_log_processor(None, copy.deepcopy(cfg.log_processor))
    known = list(inspect.signature(Runner.set_randomness).parameters)[1:]
    for section, names in (("randomness", known), ("env_cfg", _ENVIRONMENT)):
        for name in cfg.get(section) or {}:
            if name not in names:
                raise StageError(
                    f"{section} has no '{name}'; it has {', '.join(names)}."
                    + did_you_mean(name, names)
                )
    if cfg.get("visualizer"):
        check_arguments(VISUALIZERS, cfg.visualizer, "visualizer")
        for number, backend in enumerate(cfg.visualizer.get("vis_backends") or []):
            where = f"visualizer.vis_backends[{number}]"
            check_arguments(VISBACKENDS, backend, where)
            _check_installed(where, backend)


def _check_installed(where: str, backend: Mapping[str, Any]) -> None:
    """Check for the package that a drawing backend imports when it first writes.

    Raises:
        StageError: If it is not installed.
    """
    kind = backend["type"]
    package = _PACKAGES.get(kind if isinstance(kind, str) else kind.__name__)
    if package is not None and find_spec(package) is None:
        raise StageError(
            f"{where} ({kind}) needs the package {package}, which is not installed: "
            f"pip install {package} (or leave that backend out)"
        )
