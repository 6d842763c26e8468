"""LCDA, MinEnt, AdvEnt and RPLUE against float64 references from their equations."""

import math

import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, make_batch
from references import (
    assert_same_gradients,
    build_method,
    cross_entropy,
    kl,
    total,
    upsample,
)
from torch.testing import assert_close

SIZE = (64, 64)
HEADS = {"decode": 1.0, "aux": 0.1}


def probs(net, images):
    """Probabilities of both heads, float64, at image size."""
    feats = net.extract_feat(images)
    return {
        "decode": upsample(net.decode_head(feats)).softmax(1),
        "aux": upsample(net.auxiliary_head(feats)).softmax(1),
    }


def labels_of(samples):
    return torch.cat([sample.gt_sem_seg.data for sample in samples])


def source_loss(p, labels, weight):
    return weight * cross_entropy(p, labels).sum() / (labels != 255).sum()


def bce(output, label):
    """-log sigmoid of the logit for label 1, of its negative for label 0."""
    signed = output.double() if label else -output.double()
    return -signed.sigmoid().log().mean()


def check(losses, expected):
    assert {key for key in losses if "loss" in key} == set(expected)
    for key, value in expected.items():
        assert_close(losses[key].double(), value, rtol=1e-3, atol=1e-8, msg=key)


@pytest.mark.parametrize("adversary", [False, True])
def test_lcda__equals_eq_4_5_and_10(adversary):
    method = "lcda_adv" if adversary else "lcda"
    model = build_method(method, **{"maps.lipschitz.noise.eps": 2.0})
    inputs, samples = make_batch(size=SIZE)
    torch.manual_seed(7)
    losses = model.loss(inputs, samples)

    net = model.segmentor
    p = {domain: probs(net, inputs[domain]) for domain in inputs}
    labels = labels_of(samples["source"])
    feats = net.extract_feat(inputs["target"])
    lambda_1 = {"decode": 1.0, "aux": 0.2}
    lambda_adv = {"decode": 0.001, "aux": 0.0002}
    expected = {}
    torch.manual_seed(7)
    for name, head, level in (
        ("decode", net.decode_head, 1),
        ("aux", net.auxiliary_head, 0),
    ):
        r = (2.0 * torch.randn_like(feats[level])).clamp(-2.0, 2.0)
        noisy = [f + r if i == level else f for i, f in enumerate(feats)]
        lipschitz = kl(p["target"][name], upsample(head(noisy)).softmax(1)).mean()
        weight = {"decode": 1.0, "aux": 0.5}[name]
        expected[f"source.loss_{name}"] = source_loss(p["source"][name], labels, weight)
        expected[f"lipschitz.loss_{name}"] = lambda_1[name] * lipschitz
    if adversary:
        for name, factor in lambda_adv.items():
            (fool, real, fake) = _outputs(model.heads[f"d_{name}"], p, name)
            expected[f"adversarial.loss_{name}"] = factor * bce(fool, 0)
            expected[f"adversarial.loss_d_{name}"] = 0.5 * (bce(real, 0) + bce(fake, 1))
    check(losses, expected)
    if not adversary:
        assert_same_gradients(total(losses), sum(expected.values()), net)


def _outputs(discriminator, p, name, see=lambda p: p):
    """D of the target, and of both domains with predictions held constant."""
    source, target = see(p["source"][name]).float(), see(p["target"][name]).float()
    inputs = (target, source.detach(), target.detach())
    return [discriminator(x)[0] for x in inputs]


def test_lcda__without_noise_is_source_only():
    model = build_method("lcda", **{"maps.lipschitz.noise.eps": 0.0})
    losses = model.loss(*make_batch(size=SIZE))
    assert losses["lipschitz.loss_decode"] == 0
    assert losses["lipschitz.loss_aux"] == 0


def test_minent__equals_its_equation():
    """Mean over pixels of -sum_c p log2 p / log2 K, in [0, 1]."""
    model = build_method("minent")
    inputs, samples = make_batch(size=SIZE)
    losses = model.loss(inputs, samples)
    net = model.segmentor
    p = {domain: probs(net, inputs[domain]) for domain in inputs}
    expected = {}
    for name, factor in (("decode", 0.001), ("aux", 0.0002)):
        q = p["target"][name]
        entropy = -(q * q.log2()).sum(1) / math.log2(NUM_CLASSES)
        assert 0 <= entropy.min() <= entropy.max() <= 1
        expected[f"entropy.loss_{name}"] = factor * entropy.mean()
        expected[f"source.loss_{name}"] = source_loss(
            p["source"][name], labels_of(samples["source"]), HEADS[name]
        )
    check(losses, expected)
    assert_same_gradients(total(losses), sum(expected.values()), net)


def test_advent__discriminators_see_the_self_information():
    model = build_method("advent")
    inputs, samples = make_batch(size=SIZE)
    losses = model.loss(inputs, samples)
    net = model.segmentor
    p = {domain: probs(net, inputs[domain]) for domain in inputs}

    def information(q):
        return -q * q.log2() / math.log2(NUM_CLASSES)

    expected = {}
    for name, factor in (("decode", 0.001), ("aux", 0.0002)):
        fool, real, fake = _outputs(model.heads[f"d_{name}"], p, name, information)
        expected[f"adversarial.loss_{name}"] = factor * bce(fool, 0)
        expected[f"adversarial.loss_d_{name}"] = 0.5 * (bce(real, 0) + bce(fake, 1))
        expected[f"source.loss_{name}"] = source_loss(
            p["source"][name], labels_of(samples["source"]), HEADS[name]
        )
    check(losses, expected)


def class_weights(labels):
    """7 for a class below 1/32 of the pixels, times 1 + 0.1 * 6 if it is absent."""
    weights = torch.ones(NUM_CLASSES, dtype=torch.double)
    for c in range(NUM_CLASSES):
        count = (labels == c).sum()
        rare = 7.0 if count < labels.numel() / 32 else 1.0
        weights[c] = rare * (0.9 + 0.1 * (7.0 if count == 0 else 1.0))
    return weights


def test_rplue__equals_its_equation():
    """exp(-D) CE + D with D_k = KL(other head || head k), and nothing detached."""
    model = build_method("rplue", **{"objectives.pseudo.class_balance.num_classes": 5})
    inputs, samples = make_batch(domains=("target",), size=SIZE)
    for sample in samples["target"]:  # a rare class, an absent one
        labels = sample.gt_sem_seg.data
        labels[labels == 3] = 0
        labels[labels == 4] = 0
        labels[0, 0, :60] = 4  # between 1/128 and 1/32
    losses = model.loss(inputs, samples)
    net = model.segmentor
    p = probs(net, inputs["target"])
    labels = labels_of(samples["target"])
    weights = class_weights(labels)
    assert weights.unique().numel() == 3
    # both heads learn with the weights of one update: class 3 is absent
    often = model.objectives["pseudo"].class_balance.often
    assert_close(often, torch.tensor([1.0, 1.0, 1.0, 1.6, 1.0]))
    weight = F.pad(weights, (0, 251))[labels]
    expected = {}
    for name, other, factor in (("decode", "aux", 1.0), ("aux", "decode", 0.5)):
        d = kl(p[other], p[name])
        ce = weight * cross_entropy(p[name], labels)
        expected[f"pseudo.loss_{name}"] = factor * ((-d).exp() * ce).mean()
        expected[f"variance.loss_{name}"] = factor * d.mean()
    check(losses, expected)
    assert_same_gradients(total(losses), sum(expected.values()), net)
