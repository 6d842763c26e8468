"""Two gloo ranks train the pretrained network of ``--toy`` as one process does."""

from pathlib import Path

import pytest
import torch
from gloo_ranks import run_ranks
from helpers import make_batch
from mmengine.config import Config
from mmengine.registry import MODEL_WRAPPERS
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.engine.distributed import prepare_distributed
from mmseg_uda.engine.optim import UDAOptimWrapperConstructor
from mmseg_uda.engine.toy import apply_toy

LEAF = Path(__file__).parents[2] / "configs" / "source_only" / "source_only_gta.py"
STEPS, PER_RANK = 2, 1


def build():
    cfg = Config.fromfile(LEAF)
    apply_toy(cfg, network="pretrained")
    # batch statistics differ between one image and two, so batch norm stays out
    cfg.model.segmentor.backbone.norm_eval = True
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()  # each rank reads the package's file
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout2d):
            module.p = 0.0
    return model.train()


def train(rank):
    model = wrapped = build()
    if rank is not None:
        cfg = Config()
        prepare_distributed("pytorch", cfg)
        wrapped = MODEL_WRAPPERS.build(dict(cfg.model_wrapper_cfg, module=model))
    optimizer = {"segmentor": {"optimizer": {"type": "SGD", "lr": 0.01}}}
    optim_wrapper = UDAOptimWrapperConstructor(optimizer)(wrapped)
    for step in range(STEPS):  # a weight without a gradient stops the second one
        inputs, samples = make_batch(["source"], 2 * PER_RANK, (64, 96), seed=step)
        for sample in samples["source"]:  # as many labels on each rank
            sample.gt_sem_seg.data[:] = step
        if rank is not None:
            part = slice(rank * PER_RANK, (rank + 1) * PER_RANK)
            inputs = {k: v[part] for k, v in inputs.items()}
            samples = {k: v[part] for k, v in samples.items()}
        losses = wrapped(inputs, samples, mode="loss")
        optim_wrapper.update_params(model.parse_losses(losses)[0])
    return {k: v.clone() for k, v in model.state_dict().items()}


@pytest.mark.ddp
def test_pretrained_network__two_ranks_equal_one_process():
    first, second = run_ranks(train)
    alone = train(None)
    assert_close(first, second, rtol=0, atol=0)
    assert_close(first, alone, rtol=1e-4, atol=1e-6)
