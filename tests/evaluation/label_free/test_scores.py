"""Scores without labels, against their equations in float64, term by term."""

import math

import numpy as np
import pytest
import torch

from mmseg_uda.evaluation.label_free.scores import (
    certainty,
    information_maximisation,
    soft_neighbourhood_density,
)


def some_probabilities(seed=0, classes=5, pixels=40, sharpness=3.0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(classes, pixels)) * sharpness
    return np.exp(logits) / np.exp(logits).sum(0)


def entropy(p):
    return -sum(float(v) * math.log(float(v)) for v in p if v > 0)


def test_certainty():
    p = some_probabilities()
    expected = [1 - entropy(column) / math.log(5) for column in p.T]
    assert certainty(torch.as_tensor(p)).numpy() == pytest.approx(expected, abs=1e-12)


def test_certainty__limits():
    p = torch.tensor([[1.0, 0.5], [0.0, 0.5]])
    assert certainty(p).tolist() == pytest.approx([1, 0], abs=1e-6)


def test_information_maximisation():
    p = some_probabilities()
    mean = p.mean(1)
    conditional = np.mean([entropy(column) for column in p.T])
    expected = (entropy(mean) - conditional) / math.log(5)
    given = torch.as_tensor(p)
    score = information_maximisation(given.mean(1), certainty(given).mean())
    assert score.item() == pytest.approx(expected, abs=1e-12)
    assert 0 < score < 1


def test_information_maximisation__limits():
    spread = torch.eye(4)  # certain, and all classes alike
    alone = torch.tensor([[1.0] * 4, [0.0] * 4])  # certain, one class
    for p, expected in ((spread, 1), (alone, 0)):
        score = information_maximisation(p.mean(1), certainty(p).mean())
        assert score.item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_soft_neighbourhood_density(temperature):
    p = some_probabilities(1, pixels=12)
    unit = p / np.linalg.norm(p, axis=0)
    total = 0.0
    for i in range(12):
        others = [
            math.exp(float(unit[:, i] @ unit[:, k]) / temperature)
            for k in range(12)
            if k != i
        ]
        total += entropy(np.array(others) / sum(others))
    expected = total / 12 / math.log(11)
    score = soft_neighbourhood_density(torch.as_tensor(p), temperature)
    assert score.item() == pytest.approx(expected, abs=1e-10)


def test_soft_neighbourhood_density__dense_clusters_have_more():
    clusters = torch.eye(3).repeat(1, 20) * 0.94 + 0.02
    scattered = torch.as_tensor(some_probabilities(classes=3, pixels=60, sharpness=1))
    alike = torch.full((3, 60), 1 / 3)
    scores = [
        soft_neighbourhood_density(p.double()).item()
        for p in (scattered, clusters, alike)
    ]
    assert scores[2] == pytest.approx(1)
    assert scores[1] == pytest.approx(math.log(19) / math.log(59), abs=1e-3)
