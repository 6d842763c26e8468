"""FDA's entropy term: by hand, in loops, and where its gradient goes."""

import math

import pytest
import torch
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.maps import RobustEntropyMap
from mmseg_uda.models.views import DomainView
from mmseg_uda.registry import MAPS
from mmseg_uda.structures import Step


class FakeView:
    """Two classes, one pixel sure (p = 1, 0), one unsure (1/2, 1/2)."""

    def __init__(self):
        self.p = torch.tensor([[1.0, 0.5], [1e-38, 0.5]]).view(1, 2, 1, 2)

    def coarse_logits(self, seg_head):
        return self.p.log()

    def log_probs(self, seg_head):
        return self.p.log()[..., :1]


class FakeStep:
    def view(self, name):
        return FakeView()


def make_step():
    torch.manual_seed(0)
    model = MODELS.build(tiny_segmentor()).double().train()
    inputs, samples = make_batch()
    inputs = {name: images.double() for name, images in inputs.items()}
    views = {name: DomainView(name) for name in inputs}
    return Step(model, inputs, samples, views, heads={}, maps={})


@pytest.mark.parametrize(
    ("eta", "expected"), [(2.0, [1e-16, (1 + 1e-8) ** 2]), (0.5, [1e-4, 1.0])]
)
def test_map__by_hand(eta, expected):
    # entropy / log 2 is 0 and 1
    value = RobustEntropyMap(eta=eta)(FakeStep(), "decode")
    assert_close(value, torch.tensor([[expected]]), rtol=1e-5, atol=1e-12)
    assert RobustEntropyMap(at="image")(FakeStep(), "decode").shape == (1, 1, 1)


@pytest.mark.parametrize("seg_head", ["decode", "aux"])
@pytest.mark.parametrize("eta", [0.7, 2.0])
def test_map__equals_a_loop_over_the_heads_own_logits(seg_head, eta):
    step = make_step()
    view = step.view("target")
    value = RobustEntropyMap(eta=eta)(step, seg_head)
    logits = view.heads[seg_head](view.feats).detach()
    n, _, h, w = logits.shape
    assert (h, w) == (4, 5)  # stride 8, ceil mode
    assert value.shape == (n, h, w)
    for i, y, x in [(0, 0, 0), (1, 3, 4), (0, 2, 3)]:
        z = logits[i, :, y, x].tolist()
        total = sum(math.exp(a) for a in z)
        p = [math.exp(a) / total for a in z]
        entropy = -sum(a * math.log(a) for a in p) / math.log(NUM_CLASSES)
        expected = (entropy**2 + 1e-8) ** eta
        assert value[i, y, x].item() == pytest.approx(expected, rel=1e-6)


def test_map__at_image_size_takes_the_up_sampled_logits():
    step = make_step()
    value = RobustEntropyMap(at="image")(step, "decode")
    log_probs = step.view("target").log_probs()
    entropy = -(log_probs.exp() * log_probs).sum(1) / math.log(NUM_CLASSES)
    assert value.shape == (2, 24, 32)
    assert_close(value, (entropy**2 + 1e-8) ** 2)


@pytest.mark.parametrize("at", ["features", "image"])
def test_map__trains_backbone_and_its_own_head(at):
    step = make_step()
    RobustEntropyMap(at=at)(step, "decode").mean().backward()
    learns = {
        name: any(p.grad is not None and p.grad.any() for p in part.parameters())
        for name, part in step.segmentor.named_children()
        if name != "data_preprocessor"
    }
    assert learns == {
        "backbone": True,
        "decode_head": True,
        "auxiliary_head": False,
    }


def test_coarse_logits__come_from_the_pass_that_gives_the_logits():
    step = make_step()
    calls = []
    step.segmentor.decode_head.register_forward_hook(lambda *_: calls.append(1))
    view = step.view("target")
    coarse, logits = view.coarse_logits(), view.logits()
    assert len(calls) == 1
    up = torch.nn.functional.interpolate(
        coarse, size=(24, 32), mode="bilinear", align_corners=True
    )
    assert torch.equal(logits, up)


@pytest.mark.parametrize(
    ("options", "message"),
    [(dict(eta=0), "larger than 0, got 0"), (dict(at="stride"), "features, image")],
)
def test_map__refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        MAPS.build(dict(type="RobustEntropyMap", **options))
