"""Several draws at once: equal to a loop, in one call of the head."""

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch import nn
from torch.testing import assert_close

from mmseg_uda.layers.folded_draws import CannotFoldError, FoldedDraws
from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.models.maps.feature_noise import NOISE_KINDS
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step

BN = dict(channels=8, num_classes=5, dropout_ratio=0.5, norm_cfg=dict(type="BN"))
ONE = dict(in_channels=32, in_index=1, **BN)
TWO = dict(in_channels=[16, 32], in_index=[0, 1], **BN)
HEADS = {
    "concat": dict(
        type="DilatedConcatHead",
        in_channels=[32, 16],
        in_index=[1, 0],
        input_transform="resize_concat",
        num_classes=5,
        channels=32,
        bottleneck_channels=32,
        dropout_ratio=0.5,
    ),
    "fcn": dict(type="FCNHead", **ONE),
    "aspp": dict(type="ASPPHead", dilations=(1, 2), **ONE),
    "deeplab_v3_plus": dict(
        type="DepthwiseSeparableASPPHead",
        dilations=(1, 2),
        c1_in_channels=16,
        c1_channels=8,
        **ONE,
    ),
    "segformer": dict(type="SegformerHead", **TWO),
    "uper": dict(type="UPerHead", **TWO),
    "psp": dict(type="PSPHead", **(ONE | dict(norm_cfg=dict(type="SyncBN")))),
    "danet": dict(type="DAHead", pam_channels=4, **ONE),
    "encnet": dict(type="EncHead", num_codes=4, **TWO),
    "emanet": dict(type="EMAHead", ema_channels=8, num_bases=4, num_stages=2, **ONE),
}
RANDOM_BASES = dict(
    type="LightHamHead",
    ham_channels=8,
    ham_kwargs=dict(MD_R=2),
    **(TWO | dict(norm_cfg=dict(type="GN", num_groups=4))),
)
TRANSFORMER = dict(
    type="SegmenterMaskTransformerHead",
    in_channels=32,
    in_index=1,
    channels=32,
    num_classes=5,
    num_layers=1,
    num_heads=2,
    embed_dims=32,
    attn_drop_rate=0.2,
)


def make_step(head, train=True, num_images=2):
    torch.manual_seed(0)
    model = MODELS.build(tiny_segmentor(aux=False, decode_head=head)).train(train)
    for weight in model.decode_head.parameters():
        if weight.dim() > 1 and weight.std() < 0.05:  # so that noise changes something
            weight.data.mul_(0.05 / weight.std())
    inputs, samples = make_batch(num_images=num_images)
    views = {name: DomainView(name) for name in inputs}
    return Step(model, inputs, samples, views, heads={}, maps={})


def counted(head):
    """A list that grows by one whenever a head has run, by its predict as well."""
    calls, forward = [], head.forward

    def counting(*args):
        out = forward(*args)
        calls.append(1)
        return out

    head.forward = counting
    return calls


NOISE = dict(kind="gaussian_clip", unit="rms", eps=4.0)


def both_ways(head, train, noise, draws=3):
    """The map of several draws, the mean of single ones; head calls of the first."""
    values, grads, counts = [], [], []
    for at_once in (True, False):
        step = make_step(head, train)
        decode_head = step.segmentor.decode_head
        step.view("target").logits("decode")
        state = {k: v.clone() for k, v in step.segmentor.state_dict().items()}
        torch.manual_seed(1)
        calls = counted(decode_head)
        if at_once:
            value = LipschitzMap(noise=noise, num_samples=draws)(step, "decode")
        else:
            single = LipschitzMap(noise=noise, num_samples=1)
            value = sum(single(step, "decode") for _ in range(draws)) / draws
        value.mean().backward()
        for key, buffer in step.segmentor.state_dict().items():
            assert torch.equal(buffer, state[key]), key
        values.append(value.detach())
        grads.append(dict(step.segmentor.named_parameters()))
        counts.append(len(calls))
    return values, grads, counts[0]


def test_channel_noise__batch_norm_of_one_image_takes_it_away():
    """Behind a 1x1 convolution it is a constant, which is part of the mean."""
    values = {}
    for kind in ("gaussian_channel", "gaussian_clip"):
        step = make_step(HEADS["segformer"], num_images=1)
        part = LipschitzMap(noise=dict(kind=kind, unit="rms", eps=1.0))
        values[kind] = part(step, "decode").mean().item()
    assert values["gaussian_channel"] < 1e-6 < 1e-3 < values["gaussian_clip"]


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", HEADS)
def test_draws__equal_a_loop_in_one_call(name, train):
    values, grads, calls = both_ways(HEADS[name], train, NOISE)
    assert calls == 1
    assert values[0].max() > 1e-4
    assert_close(*values, rtol=1e-3, atol=1e-6)
    for key, one in grads[0].items():
        other = grads[1][key].grad
        assert (one.grad is None) == (other is None)
        if other is not None:
            size = other.abs().max().item()
            assert_close(one.grad, other, rtol=1e-2, atol=1e-3 * size + 1e-7)


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_draws__of_all_kinds_equal_a_loop(kind):
    noise = dict(kind=kind, unit="rms", eps=0.5)
    values, _, calls = both_ways(HEADS["concat"], True, noise)
    assert calls == (2 if kind == "worst_direction" else 1)  # the search is one more
    assert_close(*values, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("head", "reason"),
    [(RANDOM_BASES, "draws random numbers with rand"), (TRANSFORMER, "of its own")],
)
def test_draws__of_other_heads_are_decoded_one_by_one(head, reason):
    with pytest.warns(UserWarning, match=f"one after the other: .*{reason}"):
        values, _, calls = both_ways(head, True, dict(unit="rms", eps=1.0))
    assert calls == 3
    assert_close(*values, rtol=1e-4, atol=1e-7)


def test_draws__with_dropout_of_their_own_are_decoded_one_by_one():
    step = make_step(HEADS["fcn"])
    lipschitz = LipschitzMap(noise=dict(eps=0.0), num_samples=3, shared_dropout=False)
    step.view("target").logits("decode")
    calls = counted(step.segmentor.decode_head)
    assert lipschitz(step, "decode").max() > 0
    assert len(calls) == 3


@pytest.mark.parametrize("name", ["concat", "fcn", "segformer"])
def test_draws__under_autocast(name):
    with torch.autocast("cpu", torch.bfloat16):
        values, _, calls = both_ways(HEADS[name], True, dict(unit="rms", eps=1.0))
    assert calls == 1
    assert_close(*values, rtol=0.1, atol=1e-3)


@pytest.mark.parametrize("unit", ["absolute", "rms"])
@pytest.mark.parametrize("kind", NOISE_KINDS)
@pytest.mark.parametrize("name", ["concat", "fcn", "uper"])
def test_draws__without_noise_give_exactly_zero(name, kind, unit):
    step = make_step(HEADS[name])
    for draws in (1, 4):
        noise = dict(kind=kind, unit=unit, eps=0.0)
        lipschitz = LipschitzMap(noise=noise, num_samples=draws)
        assert (lipschitz(step, "decode") == 0).all()


def test_folded_draws__mask_and_statistics_of_each_draw():
    module = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5), nn.Dropout2d(0.3))
    draws = torch.randn(2, 4, 3, 5, 6) * torch.tensor([1.0, 9.0]).view(2, 1, 1, 1, 1)
    expected = []
    for draw in draws:
        torch.manual_seed(0)
        expected.append(module(draw))
    after = torch.rand(1)
    torch.manual_seed(0)
    with FoldedDraws(2, 4):
        folded = module(draws.flatten(0, 1))
    assert torch.equal(folded, torch.cat(expected))
    assert torch.equal(torch.rand(1), after)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda x: x + torch.rand(6, 5), "random numbers with rand"),
        (lambda x: x.clone().bernoulli_(0.5), "random numbers with bernoulli_"),
        (lambda x: nn.functional.dropout(x.t(), training=True), "5 rows for 6 images"),
    ],
)
def test_folded_draws__refuses_what_it_does_not_know(call, reason):
    rows = torch.randn(6, 5)
    with pytest.raises(CannotFoldError, match=reason), FoldedDraws(2, 3):
        call(rows)
