"""Maps: ranges, invariants, gradient routing, and loops from the equations."""

import math

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.maps import (
    EntropyMap,
    HeadCosineMap,
    HeadDivergenceMap,
    LipschitzMap,
)
from mmseg_uda.models.maps.feature_noise import NOISE_KINDS
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step


def make_step(dropout=0.0, train=True, maps=None, **segmentor):
    model = MODELS.build(tiny_segmentor(dropout=dropout, **segmentor)).train(train)
    inputs, samples = make_batch()
    views = {name: DomainView(name) for name in inputs}
    return Step(model, inputs, samples, views, heads={}, maps=maps or {})


@pytest.mark.parametrize("divergence", ["kl", "l1", "l2"])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_lipschitz_map__zero_noise_gives_exactly_zero(divergence, dropout, kind):
    step = make_step(dropout=dropout)
    lipschitz = LipschitzMap(divergence=divergence, noise=dict(kind=kind, eps=0.0))
    for seg_head in ("decode", "aux"):
        assert (lipschitz(step, seg_head) == 0).all()


def test_lipschitz_map__independent_dropout_is_not_zero():
    step = make_step(dropout=0.5)
    lipschitz = LipschitzMap(noise=dict(eps=0.0), shared_dropout=False)
    assert lipschitz(step, "decode").max() > 0


def test_lipschitz_map__equals_eq_10_in_float64():
    """sum_c H(G(x)) log( H(G(x)) / H(G(x) + r) ), pixel by pixel."""
    step = make_step()
    noise = dict(kind="gaussian_clip", eps=0.5, unit="absolute")
    lipschitz = LipschitzMap(noise=noise, num_samples=1)
    torch.manual_seed(3)
    value = lipschitz(step, "decode")
    torch.manual_seed(3)
    view = step.view("target")
    noisy_feats = list(view.feats)
    r = (0.5 * torch.randn_like(noisy_feats[1])).clamp(-0.5, 0.5)
    noisy_feats[1] = noisy_feats[1] + r
    head = step.segmentor.decode_head
    clean, noisy = (
        torch.nn.functional.interpolate(
            head(feats).double(), (24, 32), mode="bilinear", align_corners=True
        ).softmax(dim=1)
        for feats in (view.feats, noisy_feats)
    )
    expected = (clean * (clean / noisy).log()).sum(dim=1)
    assert_close(value.double(), expected, rtol=1e-3, atol=1e-6)
    assert value.shape == (2, 24, 32)
    assert value.max() > 0


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_lipschitz_map__unit_makes_it_the_same_for_features_of_any_scale(kind):
    """Features times 8, read by weights of an eighth: the same network."""
    step, maps = make_step(train=False), {}
    head, view = step.segmentor.decode_head, step.view("target")
    clean = list(view.feats)
    for scale in (1, 8):
        view = DomainView("target")(step)
        view._cache["feats",] = [scale * f for f in clean]
        for conv in head.conv2d_list:
            conv.weight.data.div_(scale)
        for unit in ("rms", "absolute"):
            torch.manual_seed(0)
            lipschitz = LipschitzMap(noise=dict(kind=kind, eps=0.5, unit=unit))
            step._views["target"] = view
            maps[unit, scale] = lipschitz(step, "decode").detach()
    assert_close(maps["rms", 1], maps["rms", 8], rtol=1e-3, atol=1e-7)
    assert maps["absolute", 1].mean() > 10 * maps["absolute", 8].mean()


@pytest.mark.parametrize(
    ("noise", "draws", "end"),
    [
        (
            dict(),
            4,
            "|r| <= 3 * rms(G(x)) (gaussian_mixed, channel share 0.25), "
            "mean of 4 draws",
        ),
        (
            dict(kind="gaussian_clip", unit="absolute", eps=0.5),
            1,
            "|r| <= 0.5 (gaussian_clip)",
        ),
    ],
)
def test_lipschitz_map__equation_says_unit_kind_and_draws(noise, draws, end):
    equation = LipschitzMap(noise=noise, num_samples=draws).equation("aux")
    assert equation == f"KL( H_aux(G(x_target)) || H_aux(G(x_target) + r) ), {end}"


def test_lipschitz_map__direction_is_clean_to_noisy():
    step = make_step()
    lipschitz = LipschitzMap(noise=dict(eps=5.0), num_samples=1)
    view = step.view("target")
    torch.manual_seed(1)
    value = lipschitz(step, "decode")
    torch.manual_seed(1)
    p, q = view.log_probs("decode"), lipschitz.perturbed_log_probs(view, "decode")
    assert_close(value, (p.exp() * (p - q)).sum(1))
    assert (value - (q.exp() * (q - p)).sum(1)).abs().max() > 1e-4


@pytest.mark.parametrize(
    ("detach_clean", "seg_head", "untouched"),
    [(False, "decode", "auxiliary_head"), (True, "aux", "decode_head")],
)
def test_lipschitz_map__gradient_reaches_backbone_and_its_head(
    detach_clean, seg_head, untouched
):
    step = make_step()
    LipschitzMap(detach_clean=detach_clean)(step, seg_head).mean().backward()
    touched = {
        name.split(".")[0]
        for name, p in step.segmentor.named_parameters()
        if p.grad is not None and p.grad.abs().sum() > 0
    }
    head = "decode_head" if seg_head == "decode" else "auxiliary_head"
    assert touched == {"backbone", head}
    assert untouched not in touched


def test_lipschitz_map__detach_clean_changes_the_gradient_only():
    grads = []
    for detach_clean in (False, True):
        torch.manual_seed(0)
        step = make_step()
        torch.manual_seed(1)
        value = LipschitzMap(detach_clean=detach_clean)(step, "decode").mean()
        value.backward()
        grads.append((value.item(), step.segmentor.backbone.conv1.weight.grad))
    assert grads[0][0] == grads[1][0]
    assert not torch.allclose(grads[0][1], grads[1][1])


def test_lipschitz_map__running_statistics_of_a_head_stay():
    segmentor = tiny_segmentor(
        aux=False,
        decode_head=dict(
            type="FCNHead",
            in_channels=32,
            in_index=1,
            channels=8,
            num_convs=1,
            num_classes=5,
            dropout_ratio=0,
            norm_cfg=dict(type="BN"),
        ),
    )
    model = MODELS.build(segmentor).train()
    inputs, samples = make_batch()
    step = Step(model, inputs, samples, {"target": DomainView("target")}, {}, {})
    step.view("target").logits("decode")
    norm = model.decode_head.convs[0].bn
    before = norm.running_mean.clone(), norm.num_batches_tracked.clone()
    value = LipschitzMap()(step, "decode")
    assert value.max() > 0
    assert_close(norm.running_mean, before[0], rtol=0, atol=0)
    assert norm.num_batches_tracked == before[1] == 1


@pytest.mark.parametrize(
    "bad",
    [
        dict(divergence="js"),
        dict(num_samples=0),
        dict(num_samples=1.5),
        dict(num_samples=4.0),
        dict(num_samples=True),
        dict(num_samples="4"),
    ],
)
def test_lipschitz_map__error_names_the_value(bad):
    with pytest.raises(ValueError, match=repr(next(iter(bad.values())))):
        LipschitzMap(**bad)


def _fused_and_heads(step):
    view = step.view("target")
    decode, aux = (view.logits(h).detach().double() for h in ("decode", "aux"))
    return [z.softmax(1) for z in (decode, aux, decode + 0.5 * aux)]


def test_head_divergence_map__ensemble_is_mrnets_code():
    step = make_step()
    decode, aux, fused = _fused_and_heads(step)
    part = HeadDivergenceMap(reference="ensemble")
    for seg_head, p in (("decode", decode), ("aux", aux)):
        expected = (fused * (fused / p).log()).sum(1)
        assert_close(part(step, seg_head).double(), expected, rtol=1e-3, atol=1e-6)


def test_head_divergence_map__other_is_rplues():
    step = make_step()
    decode, aux, _ = _fused_and_heads(step)
    part = HeadDivergenceMap(reference="other", detach_reference=False)
    expected = (aux * (aux / decode).log()).sum(1)
    assert_close(part(step, "decode").double(), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("detach", "heads"), [(True, 1), (False, 2)])
def test_head_divergence_map__reference_gradient(detach, heads):
    step = make_step()
    part = HeadDivergenceMap(reference="other", detach_reference=detach)
    part(step, "decode").mean().backward()
    touched = {
        n.split(".")[0]
        for n, p in step.segmentor.named_parameters()
        if p.grad is not None
    }
    assert len(touched - {"backbone"}) == heads


def test_entropy_map__in_unit_range_and_equal_to_a_loop():
    step = make_step()
    value = EntropyMap()(step, "decode")
    assert 0 <= value.min() <= value.max() <= 1 + 1e-6
    p = step.view("target").probs("decode")[1, :, 2, 3].tolist()
    expected = -sum(x * math.log(x) for x in p) / math.log(5)
    assert_close(value[1, 2, 3].item(), expected, rtol=1e-4, atol=0)


def test_head_cosine_map__by_hand_and_range():
    class FakeView:
        def probs(self, seg_head):
            # one class each: cosine 0; alike: 1; (1, 0) and (0.5, 0.5): 1 / sqrt(2)
            aux = [[0.0, 0.3, 0.5], [1.0, 0.7, 0.5]]
            decode = [[1.0, 0.3, 1.0], [0.0, 0.7, 0.0]]
            return torch.tensor(decode if seg_head == "decode" else aux)[None, :, None]

    class FakeStep:
        def view(self, name):
            return FakeView()

    value = HeadCosineMap()(FakeStep(), "fused")
    assert_close(value, torch.tensor([[[1.0, 0.0, 1 - 0.5**0.5]]]))
    assert value.min() >= 0
