"""How long an iteration of a plan takes here, and how much memory."""

from __future__ import annotations

import copy
import logging
import os
import resource
import time
from dataclasses import dataclass

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmseg.registry import MODELS

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks.building import building
from mmseg_uda.stages.training.single_values import explained_single_values
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.seeding import seeded

_WARM_UP, _TIMED = 1, 2
_MUCH = 0.8  # of all memory


@dataclass(frozen=True)
class Pace:
    """What a dry run has measured.

    Attributes:
        seconds: Of one iteration, by training stage.
        iters: Length of each, as its config has it.
        memory_mib: The most that was taken: of the GPU, or of this process.
        device: Where.
        there_mib: What the GPU, or this machine, has in all.
    """

    seconds: dict[str, float]
    iters: dict[str, int]
    memory_mib: float
    device: str
    there_mib: float

    def memory_told(self) -> str:
        """Say how much memory a training takes, and if that is much."""
        told = (
            f"about {self.memory_mib:,.0f} MiB of memory on {self.device}, which has "
            f"{self.there_mib:,.0f}"
        )
        if self.memory_mib > _MUCH * self.there_mib:
            told += (
                ": that is tight. Less is taken by smaller images (--longest), a "
                "smaller network (--size) and fewer images at once (samples_per_domain)"
            )
        return told


def measure_pace(request: Request) -> Pace:
    """Train a few iterations of every stage of a config, and forget them.

    Pseudo-labels do not exist yet: the labels of the source stand in for them, which
    cost as much. Weights are random.

    Args:
        request: Config, and changes to it.

    Raises:
        StageError, ValueError: If the config cannot be trained.
    """
    resolver = Resolver(request)
    device = choose_device(request.device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    seconds, iters = {}, {}
    logging.disable(logging.INFO)  # of what is built, which nobody has asked for
    try:
        for stage in resolver.stages:
            if stage.trains:
                cfg = resolver.stage_config(stage)
                iters[stage.name] = cfg.train_cfg.max_iters
                _label_the_target(cfg)
                with explained_single_values(stage.name):
                    seconds[stage.name] = _seconds(cfg, device)
    finally:
        logging.disable(logging.NOTSET)
    return Pace(seconds, iters, _memory(device), str(device), _there(device))


def _label_the_target(cfg: Config) -> None:
    """Let labelled images stand in for those that get their labels later."""
    domains = cfg.train_dataloader.dataset.get("domains") or {}
    for name, domain in domains.items():
        if domain and domain.get("type") == "PseudoLabelledDataset":
            stand_in = copy.deepcopy(domains.source)
            stand_in.pipeline = domain.pipeline
            domains[name] = stand_in


def _seconds(cfg: Config, device: torch.device) -> float:
    with seeded(0), building("the model"):
        segmentor = cfg.model.get("segmentor") or {}
        if segmentor.get("backbone"):
            segmentor.backbone.init_cfg = None  # time does not depend on weights
        model = MODELS.build(cfg.model).to(device).train()
        optim = build_optim_wrapper(model, cfg.optim_wrapper)
        batches = iter(Runner.build_dataloader(cfg.train_dataloader, seed=0))
        for step in range(_WARM_UP + _TIMED):
            if step == _WARM_UP:
                begun = _now(device)
            model.train_step(next(batches), optim)
        return (_now(device) - begun) / _TIMED


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _memory(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def _there(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory / 2**20
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
