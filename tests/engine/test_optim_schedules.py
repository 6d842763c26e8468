from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from torch import nn

SCHEDULES = Path(__file__).parents[2] / "configs" / "_base_" / "schedules"


class Model(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.segmentor = nn.ModuleDict(
            {k: nn.Linear(1, 1) for k in ("backbone", "decode_head", "auxiliary_head")}
        )
        if heads:
            self.heads = nn.ModuleDict({"d_decode": nn.Linear(1, 1)})


def curves(name, iterations):
    """Learning rates of every param group of every entry, in each iteration."""
    cfg = Config.fromfile(SCHEDULES / f"{name}.py")
    model = Model(heads="heads" in cfg.optim_wrapper)
    optim = build_optim_wrapper(model, cfg.optim_wrapper)
    wrappers = dict(optim.items()) if hasattr(optim, "items") else {"segmentor": optim}
    given = cfg.param_scheduler  # one list for all optimizers, or one for each
    lists = given if isinstance(given, dict) else dict.fromkeys(wrappers, given)
    schedulers = [
        PARAM_SCHEDULERS.build(s, default_args={"optimizer": w})
        for name, w in wrappers.items()
        for s in lists[name]
    ]
    seen = []
    for s in schedulers:
        s.optimizer.step()  # mmengine warns of schedulers that step first
    for _ in range(iterations):
        groups = [g for w in wrappers.values() for g in w.optimizer.param_groups]
        seen.append([g["lr"] for g in groups])
        for scheduler in schedulers:
            scheduler.step()
    return torch.tensor(seen, dtype=torch.float64), cfg


def expected(i, total, warm_up):
    if i < warm_up:
        return 0.1 + 0.9 * i / warm_up
    return (1 - i / total) ** 0.9


@pytest.mark.parametrize(
    ("name", "rates", "total", "warm_up", "stop"),
    [
        ("mrnet_100k", (2e-4, 2e-3, 1e-4), 100000, 5000, 25000),
        ("lcrf_100k", (1e-4, 1e-3), 100000, 0, 40000),
        ("adaptseg_250k", (2.5e-4, 2.5e-3, 1e-4), 250000, 0, 150000),
    ],
)
def test_schedule__equals_the_published_formula(name, rates, total, warm_up, stop):
    iterations = 12000
    seen, cfg = curves(name, iterations)
    # backbone, segmentation heads, discriminators: only the segmentor warms up
    warm_ups = (warm_up, warm_up, 0)[: len(rates)]
    factors = [[expected(i, total, w) for w in warm_ups] for i in range(iterations)]
    factors = torch.tensor(factors, dtype=torch.float64)
    wanted = factors * torch.tensor(rates, dtype=torch.float64)
    torch.testing.assert_close(seen, wanted, rtol=1e-7, atol=0)
    assert cfg.train_cfg.max_iters == stop


def test_schedule__clan_warms_everything_up():
    seen, cfg = curves("clan_100k", 12000)
    i = torch.arange(12000, dtype=torch.float64)
    factors = torch.where(i < 5000, (i + 1) / 5000, (1 - i / 100000) ** 0.9)
    rates = torch.tensor((2.5e-4, 2.5e-3, 1e-4), dtype=torch.float64)
    torch.testing.assert_close(seen, factors[:, None] * rates, rtol=1e-7, atol=0)
    assert cfg.train_cfg.max_iters == 100000


def test_schedule__mrnet_at_its_stop():
    seen, _ = curves("mrnet_100k", 25000)
    assert seen[-1, 0].item() == pytest.approx(2e-4 * (1 - 24999 / 1e5) ** 0.9, 1e-7)
