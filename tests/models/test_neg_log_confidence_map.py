"""-log of the confidence: its equation, whose it is, its gradient, and as a weight."""

import math

import pytest
import torch
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.maps import CombinedMap, NegLogConfidenceMap
from mmseg_uda.models.objectives.pixel_weight import PixelWeight
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step


def make_step(maps=None, **segmentor):
    model = MODELS.build(tiny_segmentor(**segmentor))
    views = {"target": DomainView("target")}
    return Step(model, *make_batch(), views=views, heads={}, maps=maps or {})


def naive(logits):
    """-log of the largest softmax probability, pixel by pixel, float64."""
    images, _, height, width = logits.shape
    values = torch.zeros(images, height, width, dtype=torch.float64)
    for n in range(images):
        for h in range(height):
            for w in range(width):
                z = logits[n, :, h, w].tolist()
                values[n, h, w] = math.log(sum(math.exp(v) for v in z)) - max(z)
    return values


@pytest.mark.parametrize(
    ("seg_head", "prediction", "whose"),
    [
        ("decode", "own", "decode"),
        ("aux", "own", "aux"),
        ("fused", "own", "fused"),
        ("aux", "fused", "fused"),
    ],
)
def test_neg_log_confidence_map__equation(seg_head, prediction, whose):
    step = make_step()
    part = NegLogConfidenceMap(prediction=prediction)
    view = step.view("target")
    if whose == "fused":
        logits = view.logits("decode") + 0.5 * view.logits("aux")
    else:
        logits = view.logits(whose)
    value = part(step, seg_head)
    assert_close(value.double(), naive(logits), rtol=1e-5, atol=1e-6)
    assert value.min() >= 0
    assert value.max() <= math.log(NUM_CLASSES) + 1e-6
    assert f"p_{whose}" in part.equation(seg_head)


def test_neg_log_confidence_map__fused_of_one_head_is_that_head():
    step = make_step(aux=False)
    own, fused = (NegLogConfidenceMap(prediction=p) for p in ("own", "fused"))
    assert_close(own(step, "decode"), fused(step, "decode"), rtol=0, atol=0)


def test_neg_log_confidence_map__gradient_unless_detached():
    step = make_step()
    head = step.segmentor.decode_head
    assert not NegLogConfidenceMap(detach=True)(step, "decode").requires_grad
    NegLogConfidenceMap()(step, "decode").mean().backward()
    assert all(p.grad is not None for p in head.parameters())


def test_neg_log_confidence_map__as_a_weight_is_the_confidence():
    maps = {
        "unsure": NegLogConfidenceMap(),
        "twice": CombinedMap(["unsure", "unsure"], "sum"),
    }
    step = make_step(maps)
    confidence = step.view("target").probs("decode").max(dim=1).values
    once, twice = (
        PixelWeight(name, link="exp_neg")(step, "decode", torch.ones_like(confidence))
        for name in maps
    )
    assert_close(once, confidence)
    # the sum of maps is the product of their weights
    assert_close(twice, confidence**2)


def test_neg_log_confidence_map__unknown_prediction():
    with pytest.raises(ValueError, match=r"unknown prediction 'fusd'.*'fused'"):
        NegLogConfidenceMap(prediction="fusd")
