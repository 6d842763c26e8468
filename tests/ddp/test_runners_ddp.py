"""Runners on gloo ranks: one after the other in one process, as stages are."""

from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from gloo_ranks import run_ranks
from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

from mmseg_uda.engine.checkpoints import find_resumable
from mmseg_uda.engine.distributed import prepare_distributed, shutdown_distributed

PASSED_ON = (
    "work_dir",
    "experiment_name",
    "load_from",
    "resume",
    "optim_wrapper",
    "env_cfg",
    "visualizer",
    "default_hooks",
    "custom_hooks",
    "randomness",
    "default_scope",
    "launcher",
    "train_cfg",
)
BASE = Path(__file__).parents[2] / "configs" / "_base_"


class Noisy(BaseModel):
    """One trainable layer per optimizer, noise drawn in the forward pass."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.segmentor, self.heads = nn.Linear(1, 1), nn.Linear(1, 1)

    def forward(self, inputs, mode="loss"):
        points = torch.stack(inputs)
        noise = torch.randn_like(points)
        self.last_noise = noise.sum().item()
        return {
            "a.loss": (self.segmentor(points) + noise).square().mean(),
            "b.loss": (self.heads(points) - 1).square().mean(),
        }


def stage(folder, name, resume=False, max_iters=4):
    """Train one stage with the shipped runtime config; its weights and last noise."""
    cfg = Config.fromfile(BASE / "default_runtime.py")
    cfg.default_hooks.checkpoint.update(interval=2, save_best=None)
    cfg.work_dir = str(Path(folder, name))
    cfg.experiment_name = name
    cfg.resume = resume
    cfg.load_from = find_resumable(cfg.work_dir) if resume else None
    cfg.launcher = "pytorch"
    cfg.optim_wrapper = {
        "constructor": "UDAOptimWrapperConstructor",
        "segmentor": {"optimizer": {"type": "SGD", "lr": 0.05}},
        "heads": {"optimizer": {"type": "Adam", "lr": 0.05}},
    }
    prepare_distributed("pytorch", cfg)
    cfg.custom_imports = None
    dataset = [{"inputs": torch.tensor([float(i)])} for i in range(10)]
    cfg.train_cfg = {"type": "IterBasedTrainLoop", "max_iters": max_iters}
    runner = Runner(
        model=Noisy(),
        train_dataloader={
            "batch_size": 2,
            "num_workers": 0,
            "dataset": dataset,
            "sampler": {"type": InfiniteSampler, "seed": 0},
        },
        cfg=cfg,
        **{name: cfg[name] for name in PASSED_ON},
    )
    runner.train()
    model = runner.model.module
    weights = {k: v.clone() for k, v in model.state_dict().items()}
    return weights, model.last_noise


def two_stages(rank, folder):
    results = [stage(folder, "one"), stage(folder, "two", max_iters=2)]
    results.append(stage(folder, "two", resume=True))
    shutdown_distributed()
    assert not dist.is_initialized()
    return results


@pytest.mark.ddp
def test_runners__stage_after_stage_and_resume(tmp_path):
    first, second = run_ranks(two_stages, str(tmp_path), initialise=False)
    for (weights, noise), (others, other_noise) in zip(first, second, strict=True):
        torch.testing.assert_close(weights, others, rtol=0, atol=0)
        assert noise != other_noise
    # Stage two, interrupted and resumed, is the same training as stage one.
    torch.testing.assert_close(first[0], first[2], rtol=0, atol=0)
    assert (tmp_path / "two" / "iter_4.pth").exists()
    assert not list(tmp_path.rglob("*.tmp"))
