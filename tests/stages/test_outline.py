"""Networks that are only told of: no memory for weights, the same text."""

from pathlib import Path

import pytest
import torch
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks.model import check_model
from mmseg_uda.stages.checks.outline import told_of_model
from mmseg_uda.stages.equation import as_equation, describe

CONFIGS = Path(__file__).parents[2] / "configs"


def config(leaf):
    run = Resolver(Request(CONFIGS / leaf))
    return run.stage_config(run.stages[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    "leaf",
    ["source_only/source_only_gta.py", "lcrf/mrnet_lcrf_gta.py", "mlan/mlan_gta.py"],
)
def test_told__the_same_as_of_a_model_with_weights(leaf):
    seen = []

    def tell(model):
        seen.extend(model.parameters())
        return as_equation(describe(model))

    cfg = config(leaf)
    told = told_of_model(cfg, tell)
    assert seen
    assert all(weight.is_meta for weight in seen)
    assert told == as_equation(describe(check_model(cfg, None, trains=False)))


@MODELS.register_module()
class LooksAtItsWeights(nn.Module):
    """Cannot be built without numbers."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.value = self.weight.item()


def test_told__a_part_that_looks_at_numbers_gets_some(monkeypatch):
    def build(*_, **__):
        return MODELS.build(dict(type="LooksAtItsWeights"))

    monkeypatch.setattr("mmseg_uda.stages.checks.outline.check_model", build)
    assert told_of_model({}, lambda model: model.value) == 1.0
    assert torch.ones(1).device.type == "cpu"  # the meta device is left again
