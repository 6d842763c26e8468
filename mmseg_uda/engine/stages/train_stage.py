"""Training one stage."""

import gc
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn

from mmseg_uda.checkpoints import load_into

from .overrides import backbone_of
from .stage_runner import CallBeforeTrain, StageRunner


def run_train_stage(
    cfg: Config, name: str, load_from: Path | None, resume_from: Path | None
) -> None:
    """Train a stage from its start, or from its newest checkpoint to its end.

    Args:
        cfg: Resolved config of the stage; its ``work_dir`` is the stage's folder.
        name: Name of the stage.
        load_from: Weights to start from; loaded completely or not at all.
        resume_from: Checkpoint of this very stage to continue from; goes before
            ``load_from``.

    Raises:
        ValueError: If ``load_from`` matches the model only in part.
    """
    cfg.load_from = str(resume_from) if resume_from else None
    cfg.resume = resume_from is not None
    if cfg.load_from is not None or load_from is not None:
        _drop_pretrained(cfg)
    _name_instances(cfg, name)
    runner = StageRunner.from_cfg(cfg)
    try:
        if load_from is not None and resume_from is None:
            runner.register_hook(CallBeforeTrain(_loader(load_from)))
        runner.train()
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


def _drop_pretrained(cfg: Config) -> None:
    # all of it is overwritten; nobody should have to download it for that
    backbone = backbone_of(cfg)
    if backbone is not None and backbone.get("init_cfg"):
        backbone["init_cfg"] = None


def _loader(path: Path) -> object:
    def load(model: nn.Module, runner: StageRunner) -> None:
        # adversaries belong to their stage; the next one has its own or none
        load_into(model, path, ignore=("heads.*",))
        runner.logger.info(f"Weights to start from: {path}")

    return load
