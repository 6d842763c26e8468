"""Two gloo ranks train MRNet, LCRF and CR-AL to the weights of one process."""

from pathlib import Path

import pytest
import torch
from gloo_ranks import run_ranks
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmengine.config import Config
from mmengine.registry import MODEL_WRAPPERS
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.engine.distributed import prepare_distributed
from mmseg_uda.engine.optim import UDAOptimWrapperConstructor
from mmseg_uda.models.maps import feature_noise

METHODS = Path(__file__).parents[2] / "configs" / "_base_" / "methods"
STEPS, PER_RANK = 4, 2
PATCHES = {"small": (8, 8), "medium": (16, 16), "large": (32, 16)}
KINDS = 6


def build(method):
    cfg = Config.fromfile(METHODS / f"{method}.py").model
    cfg.segmentor = tiny_segmentor()
    # batch statistics differ between two images and four, so batch norm stays out
    cfg.segmentor["backbone"].update(norm_eval=True)
    CHANGES[method](cfg)
    torch.manual_seed(0)
    model = MODELS.build(cfg).train()
    net = model.segmentor
    heads = [net.decode_head, getattr(net, "auxiliary_head", None)]
    heads += [h for h in model.heads.values() if hasattr(h, "conv2d_list")]
    for head in filter(None, heads):
        for conv in head.conv2d_list:  # so that gradients of the backbone are not tiny
            conv.weight.data.mul_(10)
    # in double precision: rounding can turn a ReLU or a sign, which every step blows up
    return model.double()


def small_mrnet(cfg):
    for head in cfg.heads.values():
        head.update(in_channels=NUM_CLASSES, channels=4)
    cfg.objectives.consensus.begin_iters = 0


def small_lcrf(cfg):
    cfg.maps.lipschitz.noise = dict(kind="fixed")


def small_cr_al(cfg):
    cfg.segmentor = tiny_segmentor(aux=False)
    cfg.segmentor["backbone"].update(norm_eval=True)
    cfg.heads.c_image.update(in_channels=32, channels=(4, 4))
    for level, patch in PATCHES.items():
        cfg.heads[f"c_{level}"].update(
            in_channels=32, num_regions=KINDS, patch_size=patch, dilations=(1, 2)
        )
    for name, objective in cfg.objectives.items():
        if name != "source":  # so that their share shows
            objective.loss_weight.decode *= 100


CHANGES = {"mrnet": small_mrnet, "lcrf": small_lcrf, "cr_al": small_cr_al}


def batch(step, rank):
    """Images of all ranks or of one; a quarter to half of the labels is ignored."""
    grids = {
        f"region_{level}": (64 // high, 64 // wide, KINDS)
        for level, (high, wide) in PATCHES.items()
    }
    inputs, samples = make_batch(
        num_images=2 * PER_RANK, size=(64, 64), seed=step, regions={"source": grids}
    )
    for image, sample in enumerate(samples["source"]):
        sample.gt_sem_seg.data[:, : 8 * image] = 255  # another share on each rank
    part = slice(None)
    if rank is not None:
        part = slice(rank * PER_RANK, (rank + 1) * PER_RANK)
    inputs = {name: images[part].double() for name, images in inputs.items()}
    return inputs, {name: s[part] for name, s in samples.items()}


def fix_noise():
    """Noise made from the features alone: ranks draw what one process draws."""

    def draw(self, feats):
        return [0.3 * torch.sin(40 * feat.detach()) for feat in feats]

    feature_noise.NOISE_KINDS = (*feature_noise.NOISE_KINDS, "fixed")
    feature_noise.FeatureNoise.__call__ = draw


def train(rank, method):
    fix_noise()
    model = wrapped = build(method)
    if rank is not None:
        cfg = Config()
        prepare_distributed("pytorch", cfg)
        wrapped = MODEL_WRAPPERS.build(dict(cfg.model_wrapper_cfg, module=model))
    entries = dict(
        segmentor=dict(
            type="OptimWrapper", optimizer=dict(type="SGD", lr=0.2, momentum=0.9)
        )
    )
    if len(model.heads):
        optimizer = dict(type="Adam", lr=1e-3, eps=1e-3)
        entries["heads"] = dict(type="OptimWrapper", optimizer=optimizer)
    wrapper = UDAOptimWrapperConstructor(entries)(wrapped)
    for step in range(STEPS):
        losses = wrapped(*batch(step, rank), mode="loss")
        total, _ = model.parse_losses(losses)
        wrapper.update_params(total)
    return {k: v.clone() for k, v in model.state_dict().items()}


@pytest.mark.ddp
@pytest.mark.parametrize("method", ["mrnet", "lcrf", "cr_al"])
def test_two_ranks__equal_one_process(method, monkeypatch):
    monkeypatch.setattr(feature_noise.FeatureNoise, "__call__", None)  # undone after
    monkeypatch.setattr(feature_noise, "NOISE_KINDS", feature_noise.NOISE_KINDS)
    first, second = run_ranks(train, method)
    assert_close(first, second, rtol=0, atol=0)
    alone = train(None, method)
    assert_close(first, alone, rtol=1e-9, atol=1e-12)
    start = build(method).state_dict()
    for key in ("backbone.layer4.0.conv1.weight", "decode_head.conv2d_list.0.weight"):
        assert (alone[key] - start[key]).abs().max() > 1e-4
