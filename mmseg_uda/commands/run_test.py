"""Scoring a checkpoint: what ``tools/test.py`` does."""

import copy
import warnings
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmseg.registry import HOOKS, METRICS

from mmseg_uda.datasets.checks.decoded_before import DecodedBefore, memory_folder
from mmseg_uda.datasets.checks.loader_sizes import Batching, check_sizes
from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.evaluation.occurring import is_missing, over_classes
from mmseg_uda.evaluation.results import main_scores, never_predicted_in
from mmseg_uda.models.segmentors.mean_segmentor import MeanSegmentor
from mmseg_uda.stages.checks.building import building
from mmseg_uda.stages.checks.classes import check_classes
from mmseg_uda.stages.checks.evaluator import check_evaluator
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.checks.signatures import known_arguments
from mmseg_uda.stages.config.config_nodes import HOOK_NAMES
from mmseg_uda.stages.config.request import Request
from mmseg_uda.stages.errors import StageError
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.stages.ranks import say, start_processes
from mmseg_uda.stages.run.folders import draw_toycity
from mmseg_uda.stages.training.stage_runner import StageRunner
from mmseg_uda.utils.atomic_files import check_writable, write_json
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.utils.unwrapped import unwrapped
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, file_hash, load_into
from mmseg_uda.weights.weight_files import check_is_file

_TRAINING = (
    "train_dataloader",
    "train_cfg",
    "optim_wrapper",
    "param_scheduler",
    "val_dataloader",
    "val_cfg",
    "val_evaluator",
)


def run_test(
    request: Request,
    checkpoint: str,
    tta: bool = False,
    out: str | None = None,
    show_dir: str | None = None,
    average_with: Sequence[str] = (),
) -> dict[str, float]:
    """Score a checkpoint on the test data of a config.

    Args:
        request: Config (of its stages the last one that trains) and changes to it.
        checkpoint: Weights; they fit the model completely, training-only heads apart.
        tta: Average the probabilities over the augmentations of ``tta_pipeline``.
        out: Folder for the predictions as PNGs of class ids.
        show_dir: Folder for painted predictions.
        average_with: Weights of further networks of this config; the mean of all their
            probabilities is scored.

    Returns:
        The metrics, which also stand in ``<work_dir>/test_<checkpoint>.json`` (with
        ``tta``: ``..._tta.json``) together with what they were measured on.

    Raises:
        ValueError: If config, data or checkpoint don't fit together.
    """
    for path in (checkpoint, *average_with):
        check_is_file(path)
    resolver = Resolver(request)
    cfg = resolver.stage_config(
        [stage for stage in resolver.stages if stage.trains][-1]
    )
    cfg.work_dir = str(resolver.work_dir)
    _only_test(cfg)
    plain = copy.deepcopy(cfg)
    if tta:
        _augment(cfg)
    if out is not None:
        _keep_predictions(cfg, out)
    if show_dir is not None:
        cfg.default_hooks["visualization"] = {"type": "PaintPredictionsHook"}
        cfg.visualizer["save_dir"] = show_dir
    start_processes(request.launcher, cfg)
    for option, folder in (("work-dir", cfg.work_dir), ("out", out)):
        if folder is not None:
            on_rank_zero(check_writable, folder, f"--{option}")
    on_rank_zero(_prepare, cfg, plain, request, [checkpoint, *average_with])
    metrics = _test(cfg, checkpoint, tta, average_with)
    metrics = {key: value for key, value in metrics.items() if isinstance(value, Real)}
    if metrics:
        file = on_rank_zero(
            _record, cfg, request, checkpoint, tta, metrics, average_with
        )
        over = {"mIoU": over_classes(metrics)}
        means = ", ".join(
            f"{name} {metrics[name]:.2f} {over.get(name, '')}".rstrip()
            for name in main_scores(metrics)
        )
        say(f"\n{checkpoint}: {means} (all of it: {file})")
    else:
        say(f"\n{checkpoint}: nothing was scored")
    shutdown_distributed()
    return metrics


def _record(
    cfg: Config,
    request: Request,
    checkpoint: str,
    tta: bool,
    metrics: dict,
    average_with: Sequence[str],
) -> Path:
    """Write the metrics, with what they belong to, and return the file."""
    mean = f"_mean_of_{1 + len(average_with)}" if average_with else ""
    name = f"test_{Path(checkpoint).stem}{mean}{'_tta' if tta else ''}.json"
    record = {
        "checkpoint": str(checkpoint),
        "checkpoint_sha256": file_hash(checkpoint),
        "config": str(request.config),
        "tta": tta,
        "toy": request.toy,
        "toy_network": request.small_network,
        "target_root": request.target_root,
        "cfg_options": request.options,
        # JSON has no nan
        "metrics": {k: None if is_missing(v) else v for k, v in metrics.items()},
    }
    if average_with:
        record["averaged_with"] = {str(p): file_hash(p) for p in average_with}
    write_json(Path(cfg.work_dir, name), record)
    return Path(cfg.work_dir, name)


def _test(cfg: Config, checkpoint: str, tta: bool, average_with: Sequence[str]) -> dict:
    runner = StageRunner.from_cfg(cfg)
    try:
        whole = unwrapped(runner.model)
        model = whole.module if tta else whole
        load_into(model, checkpoint, ignore=TRAINING_PARTS)
        if average_with:
            mean = MeanSegmentor.of(model, average_with, ignore=TRAINING_PARTS)
            # augmentations are averaged around the networks
            if tta:
                whole.module = mean
            else:
                runner.model = mean
        metrics = runner.test()
        if warning := never_predicted_in(runner.test_loop.evaluator.metrics):
            say(f"warning: {warning}")
        return metrics
    finally:
        runner.close()


def _prepare(
    cfg: Config, plain: Config, request: Request, checkpoints: Sequence[str]
) -> None:
    """Find what is wrong before the first image is predicted.

    Args:
        cfg: The config to test with.
        plain: The same without test-time augmentation around the model.
        request: What the command line asks for.
        checkpoints: Weights, of one network or of those to average.
    """
    with toy_explained(request.toy):
        for checkpoint in checkpoints:
            model = check_model(plain, Path(checkpoint), trains=False)
    check_classes(plain, model, "test_dataloader")
    check_evaluator(cfg.test_evaluator, "test_evaluator")
    draw_toycity(request, [cfg])
    before = DecodedBefore(memory_folder())
    key = "test_dataloader"
    with building(key):
        reports = check_dataset(cfg[key].dataset, before=before)
    for report in reports:
        for notice in report.notices:
            say(f"{report.name}: {notice}")
    before.save()
    errors = check_sizes(cfg[key], reports, Batching.of(plain, key))
    if errors:
        raise StageError(f"{key}: " + "\n".join(map(str, errors)))


def _only_test(cfg: Config) -> None:
    for key in ("test_dataloader", "test_evaluator"):
        if not cfg.get(key):
            raise StageError(f"the config has no {key} to test with; add it")
    for key in _TRAINING:
        cfg.pop(key, None)
    cfg.load_from, cfg.resume = None, False
    _drop_idle_hooks(cfg)


def _drop_idle_hooks(cfg: Config) -> None:
    """Leave out hooks that do nothing in a test; some ask for a training before it."""
    cfg.custom_hooks = [hook for hook in cfg.get("custom_hooks") or [] if _acts(hook)]
    hooks = cfg.get("default_hooks") or {}
    cfg.default_hooks = {
        name: hook for name, hook in hooks.items() if name in HOOK_NAMES or _acts(hook)
    }


def _acts(hook: Any) -> bool:
    """Whether a hook takes part in a test; one that can't be told does."""
    kind = hook.get("type") if isinstance(hook, Mapping) else type(hook)
    kind = HOOKS.get(kind) if isinstance(kind, str) else kind
    if not (isinstance(kind, type) and issubclass(kind, Hook)):
        return True
    return any("_test" in stage for stage in kind.get_triggered_stages(kind))


def _augment(cfg: Config) -> None:
    # mmseg's averaging adds maps without a channel dimension and says so each time
    warnings.filterwarnings("ignore", "The shape of value will convert")
    if cfg.get("tta_pipeline") is None:
        raise StageError(
            "--tta: the config has no tta_pipeline. Add one (configs/_base_/datasets/"
            "cityscapes_eval.py has an example), or leave --tta out"
        )
    cfg.test_dataloader.dataset["pipeline"] = cfg.tta_pipeline
    wrapper = dict(cfg.get("tta_model") or {"type": "SegTTAModel"})
    cfg.model = {**wrapper, "module": cfg.model}


def _keep_predictions(cfg: Config, out: str) -> None:
    given = cfg.test_evaluator
    metrics = given if isinstance(given, list) else [given]
    writing = [metric for metric in metrics if _writes(metric)]
    if not writing:
        raise StageError(
            "--out: none of the metrics in test_evaluator writes predictions; let "
            "tools/predict.py do so, or leave --out out"
        )
    for metric in writing:
        metric["output_dir"] = out


def _writes(metric: Mapping) -> bool:
    """Whether a metric writes predictions; one that can't be told does."""
    kind = metric.get("type")
    known = known_arguments(METRICS.get(kind) if isinstance(kind, str) else kind)
    return known is None or "output_dir" in known
