"""Two gloo ranks end where one process with the doubled batch ends."""

import pytest
import torch
import torch.nn.functional as F
from gloo_ranks import run_ranks
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODEL_WRAPPERS
from torch import nn
from torch.func import functional_call

from mmseg_uda.engine.distributed import prepare_distributed
from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

STEPS, PER_RANK = 6, 2


class AdversarialToy(BaseModel):
    """A segmentor, a head that it fools, and the head's own term, in one loss."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.segmentor = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.Tanh(), nn.Conv2d(6, 4, 1)
        )
        self.heads = nn.ModuleDict({"d_decode": nn.Conv2d(4, 1, 3)})

    def forward(self, inputs, labels, mode="loss"):
        probs = {k: self.segmentor(v).softmax(1) for k, v in inputs.items()}
        head = self.heads["d_decode"]
        frozen = {n: p.detach() for n, p in head.named_parameters()}
        fooled = functional_call(head, frozen, (probs["target"],))
        return {
            "source.loss": F.nll_loss(probs["source"].log(), labels),
            "adv.loss_fool": -0.5 * F.logsigmoid(fooled).mean(),
            "adv.loss_head": -F.logsigmoid(head(probs["source"].detach())).mean()
            - F.logsigmoid(-head(probs["target"].detach())).mean(),
        }


def data(step, rank=None):
    generator = torch.Generator().manual_seed(step)
    source = torch.randn(2 * PER_RANK, 3, 8, 8, generator=generator)
    target = torch.randn(2 * PER_RANK, 3, 8, 8, generator=generator)
    labels = torch.randint(4, (2 * PER_RANK, 8, 8), generator=generator)
    part = (
        slice(None) if rank is None else slice(rank * PER_RANK, (rank + 1) * PER_RANK)
    )
    inputs = {"source": source[part], "target": target[part]}
    return {"inputs": inputs, "labels": labels[part]}


def optimizer_cfg(accumulate, clip):
    common = {"accumulative_counts": accumulate, "clip_grad": clip}
    return {
        "segmentor": {
            "optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9},
            "lr_mults": {"2": 10.0},
            **common,
        },
        "heads": {"optimizer": {"type": "Adam", "lr": 0.01}, **common},
    }


def train(rank, accumulate, clip):
    """``STEPS`` iterations through the stock ``train_step``; the final weights."""
    model = wrapped = AdversarialToy()
    if rank is not None:
        cfg = Config()
        prepare_distributed("pytorch", cfg)
        wrapped = MODEL_WRAPPERS.build(dict(cfg.model_wrapper_cfg, module=model))
    optim_wrapper = UDAOptimWrapperConstructor(optimizer_cfg(accumulate, clip))(wrapped)
    optim_wrapper.initialize_count_status(wrapped, 0, STEPS)
    for step in range(STEPS):
        wrapped.train_step(data(step, rank), optim_wrapper)
    return {k: v.clone() for k, v in model.state_dict().items()}


CASES = {
    "plain": (1, None),
    "accumulated": (2, None),
    "clipped": (1, {"max_norm": 0.1}),
}


def train_all(rank):
    return {name: train(rank, *case) for name, case in CASES.items()}


@pytest.mark.ddp
def test_joint_step__two_ranks_equal_one_process():
    alone = train_all(None)
    first, second = run_ranks(train_all)
    start = AdversarialToy().state_dict()
    for case, weights in alone.items():
        torch.testing.assert_close(first[case], second[case], rtol=0, atol=0)
        torch.testing.assert_close(first[case], weights, rtol=1e-5, atol=1e-7)
        for name, value in weights.items():
            assert not torch.equal(value, start[name]), f"{case}: {name} is untrained"


def fail_on_rank_one(rank):
    if rank == 1:
        raise ValueError("rank one gave up")


@pytest.mark.ddp
def test_run_ranks__passes_an_error_on():
    with pytest.raises(AssertionError, match="rank one gave up"):
        run_ranks(fail_on_rank_one, timeout=60)
