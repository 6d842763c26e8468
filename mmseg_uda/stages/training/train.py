"""Training one stage."""

import gc
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn

from mmseg_uda.engine.checkpoints import iteration_checkpoints
from mmseg_uda.engine.hooks import WeightReportHook
from mmseg_uda.utils.finite import NonFiniteLossError
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, load_into

from ..errors import StageError
from ..weights.named_weights import drop_overwritten, fetch_named_weights
from .early_end import EarlyEnd
from .single_values import explained_single_values
from .stage_runner import CallBeforeTrain, StageRunner


def train(
    cfg: Config,
    name: str,
    load_from: Path | None,
    resume_from: Path | None,
    when_begun: Callable[[], None] = lambda: None,
) -> None:
    """Train a stage from its start, or from its newest checkpoint to its end.

    Args:
        cfg: Resolved config of the stage; its ``work_dir`` is the stage's folder.
        name: Name of the stage.
        load_from: Weights to start from; loaded completely or not at all.
        resume_from: Checkpoint of this very stage to continue from; goes before
            ``load_from``.
        when_begun: Called when all is built and loaded, before the first iteration.

    Raises:
        ValueError: If ``load_from`` matches the model only in part.
        NonFiniteLossError: If a loss or a weight is no number any more.
        StageError: If a hook ended the training by an exception.
    """
    cfg.load_from = str(resume_from) if resume_from else None
    cfg.resume = resume_from is not None
    if resume_from is not None or load_from is not None:
        drop_overwritten(cfg, resumes=resume_from is not None)
    if find_spec("torchvision") is None:
        fetch_named_weights(cfg)  # mmengine asks that package for its addresses
    _name_instances(cfg, name)
    runner = StageRunner.from_cfg(cfg)
    try:
        if load_from is not None and resume_from is None:
            runner.register_hook(CallBeforeTrain(_loader(load_from)))
        runner.register_hook(CallBeforeTrain(lambda *_: when_begun(), "LOWEST"))
        runner.register_hook(EarlyEnd())
        if not any(isinstance(hook, WeightReportHook) for hook in runner.hooks):
            runner.register_hook(WeightReportHook())
        with explained_single_values(name):
            runner.train()
    except NonFiniteLossError as error:
        raise NonFiniteLossError(f"{error} {_what_next(cfg, name)}") from error
    except (StopIteration, SystemExit) as error:  # nothing was scored, nothing saved
        raise StageError(
            f"stage '{name}': something ended the training at iteration {runner.iter} "
            f"by raising {error!r}. A hook that means to end it sets "
            "runner.train_loop.stop_training = True: what it ends with is then saved "
            "and scored."
        ) from error
    finally:
        runner.close()
    del runner
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _name_instances(cfg: Config, name: str) -> None:
    # loggers, message hubs and visualizers are looked up by name in this process:
    # under one name the second stage would write into the first one's folder
    cfg.experiment_name = f"{Path(cfg.work_dir).parent.name}_{name}"
    if cfg.get("visualizer"):
        cfg.visualizer["name"] = f"visualizer_{cfg.experiment_name}"


def _what_next(cfg: Config, name: str) -> str:
    """Say how a run goes on after a loss that is no number."""
    saved = list(iteration_checkpoints(cfg.work_dir).values())
    if not saved:
        return (
            "No checkpoint has been saved yet, so there is nothing to go on from: "
            "change something (a lower learning rate is the first thing to try) and "
            "run again; the stage then starts from its beginning. Do the data hold "
            "what they should? python tools/check_data.py "
            f"{cfg.filename or 'CONFIG'} --full decodes all."
        )
    return (
        f"{saved[-1]} is from before: its weights are finite, but may have begun to "
        "diverge already. The same command goes on from it, and on the same data may "
        "well fail the same way. With other settings (a lower learning rate is the "
        f"first thing to try) the stage starts anew: add --restart-from {name} (its "
        "folder is renamed, not deleted)."
    )


def _loader(path: Path) -> object:
    def load(model: nn.Module, runner: StageRunner) -> None:
        load_into(model, path, ignore=TRAINING_PARTS)
        runner.logger.info(f"Weights to start from: {path}")

    return load
