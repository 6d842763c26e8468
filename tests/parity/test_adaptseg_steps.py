"""The wrapper's joint step against AdaptSegNet's published two-phase loop.

The loop is written here in plain torch from the paper's description: first the
segmentor moves with the discriminators frozen, each domain's loss in a backward of its
own, then the discriminators move on detached predictions that were made before.
"""

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

METHOD = Path(__file__).parents[2] / "configs/_base_/methods/adaptseg.py"
STEPS = 12
SOURCE, TARGET = 0.0, 1.0


def build():
    cfg = Config.fromfile(METHOD).model
    cfg.segmentor = tiny_segmentor()
    for head in cfg.heads.values():
        head.update(in_channels=NUM_CLASSES, channels=(4, 4, 4))
    # lambdas large enough for a wrong route to show
    cfg.objectives.adversarial.loss_weight = dict(decode=0.1, aux=0.02)
    return MODELS.build(cfg).train()


def optimizers(model):
    def is_head(name):
        return name.split(".")[0] in ("decode_head", "auxiliary_head")

    named = list(model.segmentor.named_parameters())
    groups = [
        {"params": [p for n, p in named if not is_head(n)], "lr": 0.02},
        {"params": [p for n, p in named if is_head(n)], "lr": 0.2},
    ]
    for_segmentor = torch.optim.SGD(groups, lr=0.02, momentum=0.9, weight_decay=5e-4)
    for_heads = torch.optim.Adam(model.heads.parameters(), lr=1e-3, betas=(0.9, 0.99))
    return for_segmentor, for_heads


def predictions(net, images):
    feats = net.extract_feat(images)
    return {
        name: F.interpolate(
            head(feats), images.shape[2:], mode="bilinear", align_corners=True
        )
        for name, head in (("decode", net.decode_head), ("aux", net.auxiliary_head))
    }


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def two_phase_step(model, inputs, samples, for_segmentor, for_heads):
    net, d = model.segmentor, {h: model.heads[f"d_{h}"] for h in ("decode", "aux")}
    labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    for optimizer in (for_segmentor, for_heads):
        optimizer.zero_grad()
    # phase one: the segmentor, discriminators frozen
    for p in model.heads.parameters():
        p.requires_grad_(False)
    source = predictions(net, inputs["source"])
    seg = F.cross_entropy(source["decode"], labels, ignore_index=255)
    seg = seg + 0.1 * F.cross_entropy(source["aux"], labels, ignore_index=255)
    seg.backward()
    target = predictions(net, inputs["target"])
    adv = 0.1 * bce(d["decode"](target["decode"].softmax(1))[0], SOURCE)
    adv = adv + 0.02 * bce(d["aux"](target["aux"].softmax(1))[0], SOURCE)
    adv.backward()
    # phase two: the discriminators, on predictions made before the segmentor moved
    for p in model.heads.parameters():
        p.requires_grad_(True)
    for head in ("decode", "aux"):
        (bce(d[head](source[head].detach().softmax(1))[0], SOURCE) / 2).backward()
        (bce(d[head](target[head].detach().softmax(1))[0], TARGET) / 2).backward()
    for_segmentor.step()
    for_heads.step()


def test_joint_steps__equal_the_two_phase_loop():
    ours = build()
    theirs = copy.deepcopy(ours)
    wrapper = UDAOptimWrapperConstructor(
        dict(
            segmentor=dict(
                type="OptimWrapper",
                optimizer=dict(type="SGD", lr=0.02, momentum=0.9, weight_decay=5e-4),
                lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
            ),
            heads=dict(
                type="OptimWrapper",
                optimizer=dict(type="Adam", lr=1e-3, betas=(0.9, 0.99)),
            ),
        )
    )(ours)
    for_segmentor, for_heads = optimizers(theirs)
    start = copy.deepcopy(ours.state_dict())
    for step in range(STEPS):
        inputs, samples = make_batch(size=(32, 32), seed=step)
        loss, _ = ours.parse_losses(ours.loss(inputs, samples))
        wrapper.update_params(loss)
        two_phase_step(theirs, inputs, samples, for_segmentor, for_heads)
    after = ours.state_dict()
    # two backwards add their gradients in another order than one: the last float32
    # digits differ, nothing else may
    assert_close(dict(after), dict(theirs.state_dict()), rtol=1e-3, atol=1e-5)
    moved = after["heads.d_aux.layers.0.weight"] - start["heads.d_aux.layers.0.weight"]
    assert moved.abs().max() > 1e-3
