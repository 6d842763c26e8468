"""LCRF's and MRNet's whole loss against a float64 reference from the equations.

The references are written from the papers' equations, in float64 from the network's
(float32) logits on, and share no loss code with the package.
"""

import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from references import (
    assert_same_gradients,
    build_method,
    cross_entropy,
    kl,
    total,
    upsample,
)
from torch.testing import assert_close


@pytest.mark.parametrize("eps", [0.5, 3.0])
def test_lcrf__equals_eq_8_and_9(eps):
    model = build_method("lcrf", **{"maps.lipschitz.noise.eps": eps})
    inputs, samples = make_batch(domains=("target",), size=(64, 64))
    torch.manual_seed(7)
    losses = model.loss(inputs, samples)

    net = model.segmentor
    labels = torch.cat([s.gt_sem_seg.data for s in samples["target"]])
    feats = net.extract_feat(inputs["target"])
    heads = {"decode": (net.decode_head, 1), "aux": (net.auxiliary_head, 0)}
    expected = {}
    torch.manual_seed(7)
    for name, (head, level) in heads.items():
        r = (eps * torch.randn_like(feats[level])).clamp(-eps, eps)
        noisy_feats = list(feats)
        noisy_feats[level] = feats[level] + r
        clean = upsample(head(feats)).softmax(1)
        noisy = upsample(head(noisy_feats)).softmax(1)
        lipschitz = kl(clean, noisy)  # Eq. 10
        l_var = ((-lipschitz).exp() * cross_entropy(clean, labels)).mean()  # Eq. 8
        weight = {"decode": 1.0, "aux": 0.5}[name]
        expected[f"pseudo.loss_{name}"] = weight * l_var
        expected[f"lipschitz.loss_{name}"] = 1.0 * lipschitz.mean()  # lambda_2
    for key, value in expected.items():
        assert_close(losses[key].double(), value, rtol=2e-4, atol=1e-7, msg=key)
    assert_close(
        total(losses).double(), sum(expected.values()), rtol=2e-4, atol=1e-7
    )  # Eq. 9
    assert set(expected) == {k for k in losses if "loss" in k}
    assert_same_gradients(total(losses), sum(expected.values()), net)


def test_lcrf__concatenating_head_gets_noise_on_all_levels():
    """Eq. 10 for the head that reads layer4 and layer3, in this order."""
    segmentor = tiny_segmentor(
        aux=False,
        decode_head=dict(
            type="DilatedConcatHead",
            in_channels=[32, 16],
            in_index=[1, 0],
            input_transform="resize_concat",
            channels=8,
            bottleneck_channels=8,
            norm_cfg=dict(type="GN", num_groups=2),
            se_ratio=4,
            dropout_ratio=0.0,
            num_classes=NUM_CLASSES,
        ),
    )
    model = build_method(
        "lcrf",
        segmentor,
        **{
            "maps.lipschitz.noise.eps": 2.0,
            "objectives.pseudo.loss_weight.aux": None,
            "objectives.lipschitz.loss_weight.aux": None,
        },
    )
    inputs, samples = make_batch(domains=("target",), size=(64, 64))
    torch.manual_seed(7)
    loss = model.loss(inputs, samples)["lipschitz.loss_decode"]
    net = model.segmentor
    feats = net.extract_feat(inputs["target"])
    torch.manual_seed(7)
    noisy = list(feats)
    for level in (1, 0):
        r = (2.0 * torch.randn_like(feats[level])).clamp(-2.0, 2.0)
        noisy[level] = feats[level] + r
    p, q = (upsample(net.decode_head(f)).softmax(1) for f in (feats, noisy))
    assert_close(loss.double(), kl(p, q).mean(), rtol=1e-3, atol=1e-9)
    one_level = upsample(net.decode_head([feats[0], noisy[1]])).softmax(1)
    assert (kl(p, one_level).mean() - loss).abs() > 1e-2 * loss


def _scales(x):
    """MRNet's three scales: the map, pooled once, pooled twice."""
    for _ in range(3):
        yield x
        x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)


def mrnet_reference(model, inputs, samples, consensus_on):
    net = model.segmentor
    z = {}
    for domain in ("source", "target"):
        feats = net.extract_feat(inputs[domain])
        z[domain, "decode"] = upsample(net.decode_head(feats))
        z[domain, "aux"] = upsample(net.auxiliary_head(feats))
        z[domain, "fused"] = z[domain, "decode"] + 0.5 * z[domain, "aux"]
    p = {key: value.softmax(1) for key, value in z.items()}
    labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    expected = {}
    lambda_adv = {"decode": 0.001, "aux": 0.0002}
    for head, weight in (("decode", 1.0), ("aux", 0.5)):
        ce = cross_entropy(p["source", head], labels)
        expected[f"source.loss_{head}"] = weight * ce.sum() / (labels != 255).sum()
        d = model.heads[f"d_{head}"].double()
        fool = [2 * (o - 1).square().mean() for o in d(p["target", head])]
        expected[f"adversarial.loss_{head}"] = lambda_adv[head] * sum(fool)
        real = p["source", "fused"].detach().requires_grad_()
        terms = [o.square().mean() for o in d(p["target", head].detach())]
        penalty = 0.0
        for o in d(real):
            (grad,) = torch.autograd.grad(o.sum(), real, retain_graph=True)
            penalty = penalty + 0.01 * grad.square().flatten(1).sum(1).mean()
            terms.append((o - 1).square().mean())
        assert penalty > 1e-2 * sum(terms)  # or a wrong one would not show
        expected[f"adversarial.loss_d_{head}"] = sum(terms) + penalty
        q = p["target", "fused"].detach()
        consensus = kl(q, p["target", head]).mean() if consensus_on else 0.0
        expected[f"consensus.loss_{head}"] = 0.1 * consensus
    return expected


@pytest.mark.parametrize("consensus_on", [True, False])
def test_mrnet__equals_its_equations(consensus_on):
    begin = 0 if consensus_on else 15000
    model = build_method("mrnet", **{"objectives.consensus.begin_iters": begin})
    for p in model.heads.parameters():  # leave the flat start, where all is near zero
        p.data.mul_(3)
    inputs, samples = make_batch(size=(64, 64))
    losses = model.loss(inputs, samples)
    losses = {k: v.detach() for k, v in losses.items() if "loss" in k}
    expected = mrnet_reference(model, inputs, samples, consensus_on)
    assert set(expected) == set(losses)
    for key, value in expected.items():
        value = torch.as_tensor(value).detach().double()
        assert_close(losses[key].double(), value, rtol=2e-3, atol=1e-8, msg=key)


def test_mrnet__ensemble_is_a_constant_teacher():
    model = build_method("mrnet", **{"objectives.consensus.begin_iters": 0})
    inputs, samples = make_batch(size=(64, 64))
    loss = model.loss(inputs, samples)
    ours = loss["consensus.loss_decode"] + loss["consensus.loss_aux"]
    net = model.segmentor
    feats = net.extract_feat(inputs["target"])
    z = upsample(net.decode_head(feats)), upsample(net.auxiliary_head(feats))
    q = (z[0] + 0.5 * z[1]).softmax(1).detach()
    expected = 0.1 * sum(kl(q, logits.softmax(1)).mean() for logits in z)
    assert_same_gradients(ours, expected, net)


def test_mrnet__paper_eq_5_is_the_symmetric_kl():
    model = build_method(
        "mrnet",
        **{
            "objectives.consensus.begin_iters": 0,
            "maps.consensus.reference": "other",
            "maps.consensus.detach_reference": False,
        },
    )
    inputs, samples = make_batch(size=(64, 64))
    losses = model.loss(inputs, samples)
    net = model.segmentor
    feats = net.extract_feat(inputs["target"])
    p = upsample(net.decode_head(feats)).softmax(1)
    a = upsample(net.auxiliary_head(feats)).softmax(1)
    expected = 0.1 * (kl(a, p) + kl(p, a)).mean()
    ours = losses["consensus.loss_decode"] + losses["consensus.loss_aux"]
    assert_close(ours.double(), expected, rtol=2e-3, atol=1e-8)
