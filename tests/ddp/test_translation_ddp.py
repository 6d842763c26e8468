"""Two gloo ranks train translators to the weights of one process."""

from pathlib import Path

import pytest
import torch
from gloo_ranks import run_ranks
from helpers import make_batch, tiny_segmentor
from mmengine.config import Config
from mmengine.registry import MODEL_WRAPPERS
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.engine.distributed import prepare_distributed
from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

METHODS = Path(__file__).parents[2] / "configs" / "_base_" / "methods"
STEPS = 5


def build():
    cfg = Config.fromfile(METHODS / "bdl_translation.py").model
    cfg.segmentor = tiny_segmentor()
    cfg.data_preprocessor = dict(
        type="MultiDomainDataPreProcessor", mean=[127.5] * 3, std=[127.5] * 3
    )
    for name in ("g_st", "g_ts"):
        cfg.heads[name].update(channels=4, num_blocks=1)
    for name in ("d_s", "d_t"):
        cfg.heads[name].channels = (4, 4)
    for way in ("st", "ts"):  # full after the first batch: then ranks have to draw
        assert cfg.objectives[f"adversarial_{way}"].pool_size == 50
        cfg.objectives[f"adversarial_{way}"].pool_size = 2
    torch.manual_seed(0)
    # in double precision: rounding turns signs of |u - v|, which every step blows up
    return MODELS.build(cfg).double().train()


def batch(step, rank):
    inputs, samples = make_batch(num_images=2, size=(32, 40), seed=step)
    part = slice(None) if rank is None else slice(rank, rank + 1)
    inputs = {
        name: (images[part].double() / 3).clamp(-1, 1)
        for name, images in inputs.items()
    }
    return inputs, {name: s[part] for name, s in samples.items()}


def train(rank):
    model = wrapped = build()
    if rank is not None:
        cfg = Config()
        prepare_distributed("pytorch", cfg)
        wrapped = MODEL_WRAPPERS.build(dict(cfg.model_wrapper_cfg, module=model))
    optimizer = dict(type="Adam", lr=1e-3, betas=(0.5, 0.999), eps=1e-3)
    wrapper = UDAOptimWrapperConstructor(dict(heads=dict(optimizer=optimizer)))(wrapped)
    for step in range(STEPS):
        losses = wrapped(*batch(step, rank), mode="loss")
        wrapper.update_params(model.parse_losses(losses)[0])
    return {k: v.clone() for k, v in model.state_dict().items()}


@pytest.mark.ddp
def test_two_ranks__equal_one_process():
    first, second = run_ranks(train)
    assert_close(first, second, rtol=0, atol=0)
    alone = train(None)
    assert_close(first, alone, rtol=1e-6, atol=1e-7)
    start = build().state_dict()
    for way in ("st", "ts"):
        pool = f"objectives.adversarial_{way}.pool"
        assert alone[f"{pool}.count"] == 2
        assert alone.pop(f"{pool}.images").shape == (2, 3, 32, 40)
        del start[f"{pool}.count"], start[f"{pool}.images"]
    for key, value in start.items():
        moved = (alone[key] - value).abs().max()
        assert moved > 1e-4 if key.startswith("heads.") else moved == 0, key
