"""The wrapper's joint step against the published two-phase loops.

The loops are written here in plain torch from the papers' descriptions: first the
segmentor moves with the discriminators frozen, each domain's loss in a backward of its
own, then the discriminators move on detached predictions that were made before.
"""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, make_batch
from references import build_method
from torch.testing import assert_close

from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

STEPS = 8
HEADS = ("decode", "aux")
# lambdas large enough for a wrong route to show
ADV = dict(decode=0.1, aux=0.02)


def build(method):
    overrides = {"objectives.adversarial.loss_weight": ADV}
    if method == "mrnet":
        small = dict(channels=4, num_scales=2, num_blocks=1)
        overrides["objectives.consensus.begin_iters"] = 0
    else:
        small = dict(channels=(4, 4, 4))
    for head in HEADS:
        overrides |= {f"heads.d_{head}.{key}": value for key, value in small.items()}
    return build_method(method, **overrides)


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


def joint_optimizers(model):
    sgd = dict(type="SGD", lr=0.02, momentum=0.9, weight_decay=5e-4)
    adam = dict(type="Adam", lr=1e-3, betas=(0.9, 0.99))
    mults = dict(decode_head=10.0, auxiliary_head=10.0)
    return UDAOptimWrapperConstructor(
        dict(
            segmentor=dict(type="OptimWrapper", optimizer=sgd, lr_mults=mults),
            heads=dict(type="OptimWrapper", optimizer=adam),
        )
    )(model)


def upsampled(logits, images):
    return F.interpolate(logits, images.shape[2:], mode="bilinear", align_corners=True)


class AdaptSeg:
    """CE + 0.1 CE_aux + adversary on the softmax; D: halved BCE, source 0, target 1."""

    aux_weight = 0.1

    def __init__(self, model):
        self.model, self.net = model, model.segmentor
        self.heads = dict(decode=self.net.decode_head, aux=self.net.auxiliary_head)

    def predictions(self, images):
        self.feats = self.net.extract_feat(images)
        return {n: upsampled(h(self.feats), images) for n, h in self.heads.items()}

    def see(self, logits):
        return logits.softmax(1)

    def fool(self, outputs):
        return sum(self.bce(output, 0.0) for output in outputs)

    def more(self, target, images):
        """What else the target adds."""
        return 0.0

    def discriminate(self, d, source, target):
        """The discriminator's losses, each with a backward of its own."""
        for seen, label in ((source, 0.0), (target, 1.0)):
            (self.bce(d(seen)[0], label) / 2).backward()

    def source_seen(self, source, head):
        return self.see(source[head].detach())

    @staticmethod
    def bce(logits, label):
        wanted = torch.full_like(logits, label)
        return F.binary_cross_entropy_with_logits(logits, wanted)

    def step(self, inputs, samples, for_segmentor, for_heads):
        labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
        for optimizer in (for_segmentor, for_heads):
            optimizer.zero_grad()
        # phase one: the segmentor, discriminators frozen
        self.model.heads.requires_grad_(False)
        source = self.predictions(inputs["source"])
        loss = F.cross_entropy(source["decode"], labels, ignore_index=255)
        aux = F.cross_entropy(source["aux"], labels, ignore_index=255)
        (loss + self.aux_weight * aux).backward()
        target = self.predictions(inputs["target"])
        d = {name: self.model.heads[f"d_{name}"] for name in HEADS}
        adversarial = sum(
            ADV[name] * self.fool(d[name](self.see(target[name]))) for name in HEADS
        )
        (adversarial + self.more(target, inputs["target"])).backward()
        # phase two: the discriminators, on predictions made before the segmentor moved
        self.model.heads.requires_grad_(True)
        for name in HEADS:
            seen = self.see(target[name].detach())
            self.discriminate(d[name], self.source_seen(source, name), seen)
        for_segmentor.step()
        for_heads.step()


class Advent(AdaptSeg):
    """The discriminators see the weighted self-information."""

    def see(self, logits):
        p = logits.softmax(1)
        return -p * torch.log2(p + 1e-30) / math.log2(NUM_CLASSES)


class LCDAAdv(AdaptSeg):
    """AdaptSeg's adversary and lambda_1 * KL(clean || noisy)."""

    aux_weight = 0.5

    def more(self, target, images):
        total = 0.0
        for name, level, factor in (("decode", 1, 1.0), ("aux", 0, 0.2)):
            feats = list(self.feats)
            r = 0.5 * torch.randn_like(feats[level])
            feats[level] = feats[level] + r.clamp(-0.5, 0.5)
            noisy = upsampled(self.heads[name](feats), images).log_softmax(1)
            clean = target[name].log_softmax(1)
            divergence = (clean.exp() * (clean - noisy)).sum(1).mean()
            total = total + factor * divergence
        return total


class MRNet(AdaptSeg):
    """LSGAN of several scales with gradient penalty, and the detached ensemble."""

    aux_weight = 0.5

    def fool(self, outputs):
        return sum((output - 1).square().mean() for output in outputs)

    def more(self, target, images):
        q = (target["decode"] + 0.5 * target["aux"]).detach().log_softmax(1)
        maps = [
            (q.exp() * (q - target[name].log_softmax(1))).sum(1).mean()
            for name in HEADS
        ]
        return 0.1 * sum(maps)

    def source_seen(self, source, head):
        return (source["decode"] + 0.5 * source["aux"]).detach().softmax(1)

    def discriminate(self, d, source, target):
        source.requires_grad_()
        loss = sum(output.square().mean() for output in d(target))
        for output in d(source):
            (grad,) = torch.autograd.grad(output.sum(), source, create_graph=True)
            penalty = grad.square().sum(dim=(1, 2, 3)).mean()
            loss = loss + (output - 1).square().mean() + 0.01 * penalty
        loss.backward()


LOOPS = dict(adaptseg=AdaptSeg, advent=Advent, lcda_adv=LCDAAdv, mrnet=MRNet)


@pytest.mark.parametrize("method", LOOPS)
def test_joint_steps__equal_the_two_phase_loop(method):
    ours = build(method)
    theirs = copy.deepcopy(ours)
    wrapper, loop = joint_optimizers(ours), LOOPS[method](theirs)
    start = copy.deepcopy(ours.state_dict())
    for_segmentor, for_heads = optimizers(theirs)
    for step in range(STEPS):
        inputs, samples = make_batch(size=(32, 32), seed=step)
        torch.manual_seed(step)
        loss, _ = ours.parse_losses(ours.loss(inputs, samples))
        wrapper.update_params(loss)
        torch.manual_seed(step)
        loop.step(inputs, samples, for_segmentor, for_heads)
    after = ours.state_dict()
    # two backwards add their gradients in another order than one: the last float32
    # digits differ, nothing else may
    assert_close(dict(after), dict(theirs.state_dict()), rtol=1e-3, atol=1e-5)
    names = [name for name in after if name.startswith("heads.") and "weight" in name]
    assert max((after[n] - start[n]).abs().max() for n in names) > 1e-3
