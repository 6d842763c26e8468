"""CLAN against a float64 reference of its equations, and against its two-phase loop.

Both are written in plain torch from the description of the released code (segmentor
first, the discriminator frozen; then the discriminator, on predictions made before).
"""

import copy

import pytest
import torch
import torch.nn.functional as F
from helpers import make_batch, tiny_segmentor
from mmengine.logging import MessageHub
from references import build_method, cross_entropy, upsample
from torch.testing import assert_close

from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

SIZE = (64, 64)
SOURCE, TARGET = 0, 1
STRONG = 0.1  # lambda of the adversary where routes are compared
LAMBDA_ADV, LAMBDA_WEIGHT, LAMBDA_LOCAL, EPSILON = 0.001, 0.01 * 2, 40, 0.4


def build(apart, **overrides):
    segmentor = tiny_segmentor(aux_weight=1.0)
    segmentor["auxiliary_head"] = copy.deepcopy(segmentor["decode_head"])
    model = build_method("clan", segmentor, **overrides)
    for p in model.segmentor.parameters():  # leave the flat start: heads must differ
        if p.ndim == 4 and p.shape[0] == 5:
            p.data.mul_(apart)
    return model


@pytest.fixture
def at_iteration():
    hub = MessageHub.get_current_instance()
    yield lambda iteration: hub.update_info("iter", iteration)
    hub.update_info("iter", 0)


def bce(logits, label):
    """-log sigmoid of the logit for label 1, of its negative for label 0; per pixel."""
    return F.softplus(-logits if label else logits)


def discriminate(model, probs):
    out = model.heads["d_fused"].layers(probs)
    return F.interpolate(out, SIZE, mode="bilinear", align_corners=True)[:, 0]


def cosine(a, b, dim):
    return (a * b).sum(dim) / (a.square().sum(dim).sqrt() * b.square().sum(dim).sqrt())


def focal(p, labels):
    p = p.clamp(1e-9, 1 - 1e-9)
    picked = p.gather(1, labels.clamp(max=4)[:, None])[:, 0]
    loss = (1 - picked) ** 2 * cross_entropy(p, labels)
    return loss.sum() / (labels != 255).sum()


def reference(model, inputs, samples, iteration, lambda_adv=LAMBDA_ADV):
    net = model.segmentor
    z = {}
    for domain in inputs:
        feats = net.extract_feat(inputs[domain])
        z[domain] = [upsample(h(feats)) for h in (net.decode_head, net.auxiliary_head)]
    labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    p1, p2 = (logits.softmax(1) for logits in z["target"])
    weight = EPSILON + LAMBDA_LOCAL * (1 - cosine(p1, p2, 1))
    if iteration <= 5000:
        weight = torch.ones_like(weight)
    fused = {d: sum(z[d]).softmax(1).float() for d in z}
    fool = bce(discriminate(model, fused["target"]).double(), SOURCE)
    real = bce(discriminate(model, fused["source"].detach()).double(), SOURCE)
    fake = bce(discriminate(model, fused["target"].detach()).double(), TARGET)
    w1, w2 = (
        torch.cat([p.double().flatten() for p in head.parameters()])
        for head in (net.decode_head, net.auxiliary_head)
    )
    damping = 1 - iteration / 100000
    return {
        "source.loss_decode": focal(z["source"][0].softmax(1), labels),
        "source.loss_aux": focal(z["source"][1].softmax(1), labels),
        "adversarial.loss_fused": lambda_adv * damping * (weight * fool).mean(),
        "adversarial.loss_d_fused": real.mean() + (weight.detach() * fake).mean(),
        "discrepancy.loss_decode": LAMBDA_WEIGHT * damping * (cosine(w1, w2, 0) + 1),
    }


@pytest.mark.parametrize("iteration", [0, 5000, 5001, 60000])
def test_clan__equals_its_equations(iteration, at_iteration):
    model = build(apart=30)
    inputs, samples = make_batch(size=SIZE)
    at_iteration(iteration)
    losses = {k: v for k, v in model.loss(inputs, samples).items() if "loss" in k}
    expected = reference(model, inputs, samples, iteration)
    assert set(losses) == set(expected)
    for key, value in expected.items():
        assert_close(losses[key].double(), value, rtol=1e-4, atol=1e-9, msg=key)
    plain = reference(model, inputs, samples, 5000)["adversarial.loss_d_fused"]
    differs = (expected["adversarial.loss_d_fused"] - plain).abs() > 1e-2
    assert bool(differs) is (iteration > 5000)


def segmentor_optimizer(net):
    def is_head(name):
        return name.split(".")[0] in ("decode_head", "auxiliary_head")

    named = list(net.named_parameters())
    groups = [
        {"params": [p for n, p in named if not is_head(n)], "lr": 0.002},
        {"params": [p for n, p in named if is_head(n)], "lr": 0.02},
    ]
    return torch.optim.SGD(groups, lr=0.002, momentum=0.9, weight_decay=5e-4)


def two_phase_step(model, batch, iteration, for_segmentor, for_heads):
    """First the segmentor with D frozen, then D; both step on gradients from before."""
    for optimizer in (for_segmentor, for_heads):
        optimizer.zero_grad()
    for p in model.heads.parameters():
        p.requires_grad_(False)
    terms = reference(model, *batch, iteration, STRONG)
    d_term = terms.pop("adversarial.loss_d_fused")
    assert not d_term.requires_grad
    sum(terms.values()).backward()
    for p in model.heads.parameters():
        p.requires_grad_(True)
    for module in model.modules():  # its predictions are those of phase one
        if isinstance(module, torch.nn.BatchNorm2d):
            module.track_running_stats = False
    reference(model, *batch, iteration)["adversarial.loss_d_fused"].backward()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.track_running_stats = True
    for_segmentor.step()
    for_heads.step()


def test_joint_steps__equal_the_two_phase_loop(at_iteration):
    # the adversary strong enough for a wrong route to show
    strong = {"objectives.adversarial.loss_weight.fused": STRONG}
    ours = build(apart=3, **strong, **{"heads.d_fused.channels": (4, 4, 4)})
    theirs = copy.deepcopy(ours)
    optimizer = dict(type="SGD", lr=0.002, momentum=0.9, weight_decay=5e-4)
    # not Adam, which blows up what rounding leaves of gradients near zero
    for_d = dict(type="SGD", lr=0.1, momentum=0.9)
    wrapper = UDAOptimWrapperConstructor(
        dict(
            segmentor=dict(
                type="OptimWrapper",
                optimizer=optimizer,
                lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
            ),
            heads=dict(type="OptimWrapper", optimizer=for_d),
        )
    )(ours)
    for_segmentor = segmentor_optimizer(theirs.segmentor)
    for_heads = torch.optim.SGD(theirs.heads.parameters(), lr=0.1, momentum=0.9)
    start = copy.deepcopy(ours.state_dict())
    for step in range(6):
        iteration = 4997 + step  # plain steps, then weighted ones
        batch = make_batch(size=SIZE, seed=step)
        at_iteration(iteration)
        loss, _ = ours.parse_losses(ours.loss(*batch))
        wrapper.update_params(loss)
        two_phase_step(theirs, batch, iteration, for_segmentor, for_heads)
    after = ours.state_dict()
    for key, value in theirs.state_dict().items():
        assert_close(after[key], value, rtol=2e-3, atol=2e-5, msg=key)
    moved = after["heads.d_fused.layers.0.weight"]
    assert (moved - start["heads.d_fused.layers.0.weight"]).abs().max() > 1e-3
