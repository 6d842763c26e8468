"""CBST's and CRST's losses against float64 references from their equations."""

import pytest
import torch
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from references import (
    assert_same_gradients,
    build_method,
    cross_entropy,
    total,
    upsample,
)
from torch.testing import assert_close

SIZE = (64, 64)
SHARE = 0.2  # of the source
REGULARISERS = {
    "crst_mrkld": (0.01, lambda p: -p.log().sum(1) / NUM_CLASSES),
    "crst_mrent": (0.1, lambda p: (p * p.log()).sum(1)),
    "crst_mrl2": (0.1, lambda p: (p**2).sum(1)),
}


def build(method):
    return build_method(method, dict(tiny_segmentor(), auxiliary_head=None))


def labels_of(samples):
    return torch.cat([sample.gt_sem_seg.data for sample in samples])


def predictions(net, inputs):
    return {
        domain: upsample(net.decode_head(net.extract_feat(images))).softmax(1)
        for domain, images in inputs.items()
    }


def mean_over_labelled(values, labels):
    return values[labels != 255].sum() / (labels != 255).sum()


def check(model, losses, expected):
    assert {key for key in losses if "loss" in key} == set(expected)
    for key, value in expected.items():
        assert_close(losses[key].double(), value, rtol=1e-4, atol=1e-8, msg=key)
    assert_same_gradients(total(losses), sum(expected.values()), model.segmentor)


@pytest.mark.parametrize("method", ["cbst", *REGULARISERS])
def test_hard_labels__equal_cross_entropy_plus_regulariser(method):
    model = build(method)
    inputs, samples = make_batch(size=SIZE, ignored=0.6)
    losses = model.loss(inputs, samples)
    p = predictions(model.segmentor, inputs)
    labels = {domain: labels_of(samples[domain]) for domain in p}
    ce = {d: mean_over_labelled(cross_entropy(p[d], labels[d]), labels[d]) for d in p}
    expected = {
        "source.loss_decode": SHARE * ce["source"],
        "pseudo.loss_decode": (1 - SHARE) * ce["target"],
    }
    if method in REGULARISERS:
        alpha, regulariser = REGULARISERS[method]
        value = mean_over_labelled(regulariser(p["target"]), labels["target"])
        expected["regulariser.loss_decode"] = (1 - SHARE) * alpha * value
    check(model, losses, expected)


def test_soft_labels__equal_their_cross_entropy():
    model = build("crst_lrent")
    soft = {"target": NUM_CLASSES}
    inputs, samples = make_batch(size=SIZE, ignored=0.6, soft=soft)
    losses = model.loss(inputs, samples)
    p = predictions(model.segmentor, inputs)
    labels = {domain: labels_of(samples[domain]) for domain in p}
    y = torch.stack([sample.gt_soft_seg.data for sample in samples["target"]]).double()
    y = y / y.sum(1, keepdim=True)
    ce = -(y * p["target"].log()).sum(1)
    source = cross_entropy(p["source"], labels["source"])
    expected = {
        "source.loss_decode": SHARE * mean_over_labelled(source, labels["source"]),
        "pseudo.loss_decode": (1 - SHARE) * mean_over_labelled(ce, labels["target"]),
    }
    check(model, losses, expected)


def test_batch_without_a_label__gives_zero_not_nan():
    model = build("crst_mrkld")
    losses = model.loss(*make_batch(size=SIZE, ignored=1.1))
    assert all(value == 0 for key, value in losses.items() if "loss" in key)
    total(losses).backward()


def test_soft_loss_without_soft_labels__says_what_to_do():
    model = build("crst_lrent")
    with pytest.raises(ValueError, match="SoftSupervised looks at view 'target'"):
        model.loss(*make_batch(size=SIZE))
    with pytest.raises(ValueError, match=r"are \(2, 3, 64, 64\)"):
        model.loss(*make_batch(size=SIZE, soft={"target": 3}))


def test_regulariser_where_labels_are_missing__says_so():
    model = build("crst_mrl2")
    model.objectives.pseudo.on = "source"
    with pytest.raises(ValueError, match="view 'target' has labels"):
        model.loss(*make_batch(size=SIZE, labelled=["source"]))
