"""Agreement of two predictions against the equations in float64, pixel by pixel."""

import math

import numpy as np
import pytest
import torch

from mmseg_uda.evaluation.label_free.two_predictions import (
    effective_invariance,
    js_agreement,
    same_class,
)

ALL = (same_class, js_agreement, effective_invariance)


def some_probabilities(seed, classes=4, pixels=30):
    logits = 2 * np.random.default_rng(seed).normal(size=(classes, pixels))
    return np.exp(logits) / np.exp(logits).sum(0)


def reference(name, p, q):
    same = float(p.argmax() == q.argmax())
    if name == "same_class":
        return same
    if name == "effective_invariance":
        return math.sqrt(p.max() * q.max()) * same
    divergence = 0.0
    for a, b in zip(p, q, strict=True):
        mean = (a + b) / 2
        divergence += 0.5 * a * math.log(a / mean) + 0.5 * b * math.log(b / mean)
    return 1 - divergence / math.log(2)


@pytest.mark.parametrize("function", ALL)
def test_two_predictions(function):
    p, q = some_probabilities(0), some_probabilities(1)
    expected = [
        reference(function.__name__, *pair) for pair in zip(p.T, q.T, strict=True)
    ]
    found = function(torch.as_tensor(p), torch.as_tensor(q))
    assert found.numpy() == pytest.approx(expected, abs=1e-12)
    assert len({*expected}) > 1


@pytest.mark.parametrize("function", ALL)
def test_two_predictions__order_does_not_matter(function):
    p, q = (torch.as_tensor(some_probabilities(seed)) for seed in (0, 1))
    assert torch.equal(function(p, q), function(q, p))


def test_two_predictions__of_equal_ones():
    p = torch.as_tensor(some_probabilities(0))
    assert same_class(p, p).tolist() == [1] * 30
    assert js_agreement(p, p).tolist() == pytest.approx([1] * 30)
    assert effective_invariance(p, p).tolist() == pytest.approx(p.amax(0).tolist())


def test_two_predictions__of_opposite_ones():
    p = torch.eye(2)
    for function in ALL:
        assert function(p, p.flip(0)).tolist() == [0, 0]
