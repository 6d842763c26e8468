"""A Runner on the shipped runtime config that trains in milliseconds."""

from pathlib import Path

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.evaluator import BaseMetric
from mmengine.logging import MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.func import functional_call

from mmseg_uda.engine.distributed import prepare_distributed
from mmseg_uda.utils.finite import check_finite

PASSED_ON = (
    "work_dir",
    "experiment_name",
    "load_from",
    "resume",
    "optim_wrapper",
    "param_scheduler",
    "env_cfg",
    "log_processor",
    "log_level",
    "visualizer",
    "default_hooks",
    "custom_hooks",
    "randomness",
    "default_scope",
    "launcher",
)
CONFIGS = Path(__file__).parents[1] / "configs" / "_base_"


class NoisyToy(BaseModel):
    """Segmentor and head of one layer each; draws noise in every training step."""

    def __init__(self, nan_at=None):
        super().__init__()
        self.nan_at = nan_at
        torch.manual_seed(7)
        self.register_buffer("steps", torch.tensor(0))
        self.segmentor = nn.Linear(3, 2)
        self.heads = nn.ModuleDict({"d_decode": nn.Linear(2, 1)})

    def forward(self, inputs, mode="loss"):
        if mode == "predict":
            return [self.steps.item()] * len(inputs)
        self.steps += 1
        points = torch.stack(inputs)
        logits = self.segmentor(points + 0.1 * torch.randn_like(points))
        head = self.heads["d_decode"]
        frozen = {n: p.detach() for n, p in head.named_parameters()}
        loss = F.softplus(logits[:, 0]).mean() + logits.square().mean()
        if MessageHub.get_current_instance().get_info("iter") == self.nan_at:
            loss = loss * float("nan")
        return {
            "source.loss_decode": loss,
            "adv.loss_fool": F.softplus(
                functional_call(head, frozen, (logits,))
            ).mean(),
            "adv.loss_head": F.softplus(-head(logits.detach())).mean(),
        }

    def parse_losses(self, losses):
        check_finite(losses)
        return super().parse_losses(losses)


class Points(torch.utils.data.Dataset):
    """Fixed random points."""

    def __len__(self):
        return 12

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        return {"inputs": torch.randn(3, generator=generator)}


class ScriptedScore(BaseMetric):
    """Gives the score that the test wrote down for a number of steps."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def process(self, data_batch, data_samples):
        self.results.append(data_samples[0])

    def compute_metrics(self, results):
        return {"mIoU": self.scores.get(results[0], 0.0), "aAcc": 50.0}


def build_runner(
    work_dir,
    name,
    max_iters=6,
    resume_from=None,
    scores=None,
    checkpoint=None,
    model=None,
    val_interval=2,
    constant_rate=False,
    accumulate=1,
    dataset=None,
    data=None,
    launcher="none",
    batch_size=2,
):
    """A Runner on ``default_runtime.py``; ``checkpoint`` overrides its hook.

    ``dataset`` is trained and validated on; ``data`` is what the config says of data.
    """
    cfg = Config.fromfile(CONFIGS / "default_runtime.py")
    cfg.custom_imports = None
    cfg.default_hooks.checkpoint.update(dict(checkpoint or {}))
    cfg.default_hooks.logger.interval = 1
    counts = {"accumulative_counts": accumulate}
    loader = {
        "batch_size": batch_size,
        "num_workers": 0,
        "dataset": dataset or Points(),
    }
    cfg.merge_from_dict(
        {
            "work_dir": str(work_dir),
            "experiment_name": name,
            **(data or {}),
            "launcher": launcher,
            "load_from": resume_from,
            "resume": resume_from is not None,
            "optim_wrapper": {
                "constructor": "UDAOptimWrapperConstructor",
                "segmentor": {
                    "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
                    **counts,
                },
                "heads": {"optimizer": {"type": "Adam", "lr": 0.05}, **counts},
            },
            "param_scheduler": None
            if constant_rate
            else [{"type": "PolyLR", "power": 0.9, "end": 101, "by_epoch": False}],
        }
    )
    prepare_distributed(launcher, cfg)
    runner = Runner(
        model=model or NoisyToy(),
        train_dataloader={**loader, "sampler": {"type": InfiniteSampler, "seed": 0}},
        train_cfg={
            "type": "IterBasedTrainLoop",
            "max_iters": max_iters,
            "val_interval": val_interval,
        },
        val_dataloader={**loader, "sampler": {"type": "DefaultSampler"}},
        val_evaluator=[ScriptedScore(scores or {})],
        val_cfg={"type": "ValLoop"},
        cfg=cfg,
        **{key: cfg[key] for key in PASSED_ON},
    )
    return runner
