"""Noise on features: laws, bounds in every unit and type, and what a unit means."""

import math

import pytest
import torch
from torch.testing import assert_close

from mmseg_uda.models.maps import FeatureNoise
from mmseg_uda.models.maps.feature_noise import MIXED, NOISE_KINDS, WORST

NORM_KINDS = ("l2_location", WORST)
DRAWN = [kind for kind in NOISE_KINDS if kind != WORST]
CASES = [(k, u) for k in NOISE_KINDS for u in ("absolute", "rms")]
CASES += [(kind, "location") for kind in NORM_KINDS]
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
# the worst direction of rounded features is in test_worst_direction
BOUNDED = [(*c, d) for c in CASES for d in DTYPES if c[0] != WORST or d in DTYPES[:2]]


def features(dtype=torch.float32, scale=1.0):
    """Two levels of one size, of which one image is ten times as strong."""
    generator = torch.Generator().manual_seed(0)
    maps = [torch.randn(2, c, 3, 4, generator=generator).relu() for c in (6, 5)]
    strength = scale * torch.tensor([1.0, 10.0]).view(2, 1, 1, 1)
    return [(strength * f).to(dtype) for f in maps]


def some_divergence(clean):
    return lambda noisy: sum(
        (n - c).pow(2).sum() for n, c in zip(noisy, clean, strict=True)
    )


def drawn(noise, feats):
    """The noise itself: what is added to zeros in the place of features."""
    if noise.kind != WORST:
        return noise(feats)
    wide = [f.double() for f in feats]  # the noisy sum would round the noise
    noisy = noise.added_to(wide, range(len(feats)), divergence=some_divergence)
    return [n - f for n, f in zip(noisy, wide, strict=True)]


def expected_bound(kind, unit, eps, feats, index):
    """From the definition, in float64: (N, h, w) or (N, C, h, w)."""
    joined = torch.cat(feats, dim=1).double()
    if kind in NORM_KINDS:
        channels = joined.shape[1]
        norm = joined.norm(dim=1)
        rms = joined.square().mean((1, 2, 3)).sqrt().view(2, 1, 1)
        size = dict(absolute=1.0, rms=rms * math.sqrt(channels), location=norm)[unit]
        return eps * torch.ones_like(norm) * size
    own = feats[index].double()
    rms = own.square().mean((1, 2, 3)).sqrt().view(2, 1, 1, 1)
    return eps * torch.ones_like(own) * dict(absolute=1.0, rms=rms)[unit]


@pytest.mark.parametrize(("kind", "unit", "dtype"), BOUNDED)
@pytest.mark.parametrize("eps", [0.01, 0.3, 20.0])
def test_feature_noise__keeps_its_bound(kind, unit, eps, dtype):
    feats = features(dtype)
    noise = drawn(FeatureNoise(kind, eps, unit), feats)
    if kind != WORST:
        assert {n.dtype for n in noise} == {dtype}
    if kind in NORM_KINDS:
        norm = torch.cat(noise, dim=1).double().norm(dim=1)
        bound = expected_bound(kind, unit, eps, feats, 0)
        assert (norm <= bound).all()
        assert_close(norm, bound, rtol=0.03, atol=0)
        return
    for index, own in enumerate(noise):
        bound = expected_bound(kind, unit, eps, feats, index)
        assert (own.double().abs() <= bound).all()
        assert ((own.double().abs() / bound).amax((1, 2, 3)) > 0.5).all()


def test_feature_noise__gaussian_clip_law():
    (noise,) = FeatureNoise("gaussian_clip", 1.0, "absolute")(
        [torch.zeros(1, 8, 100, 100)]
    )
    # P(|g| >= 1) = 0.3173 of a standard normal lies on the bound
    assert (noise.abs() == 1).float().mean().item() == pytest.approx(0.3173, abs=0.01)
    assert noise.mean().abs() < 0.02


def test_feature_noise__absolute_kinds_are_what_they_always_were():
    """To the bit: all that was ever trained with drew these numbers."""
    feats = [torch.zeros(2, 300, 5, 4), torch.zeros(2, 200, 5, 4)]
    torch.manual_seed(0)
    first, second = torch.randn(2, 300, 5, 4), torch.randn(2, 200, 5, 4)
    norm = torch.cat([first, second], 1).norm(dim=1)
    expected = dict(
        gaussian_clip=[(0.5 * n).clamp(-0.5, 0.5) for n in (first, second)],
        sign=[0.5 * n.sign() for n in (first, second)],
        l2_location=[
            n * (0.5 * (1 - 2e-6) / norm).unsqueeze(1) for n in (first, second)
        ],
    )
    for kind, values in expected.items():
        torch.manual_seed(0)
        drawn_noise = FeatureNoise(kind, 0.5, "absolute")(feats)
        for noise, value in zip(drawn_noise, values, strict=True):
            assert torch.equal(noise, value)


def test_feature_noise__gaussian_channel_is_one_number_a_channel_and_image():
    feats = [torch.ones(3, 400, 5, 7), torch.ones(3, 400)]  # and a class token
    for noise in FeatureNoise("gaussian_channel", 1.0, "rms")(feats):
        by_channel = noise.flatten(2) if noise.dim() > 2 else noise.unsqueeze(-1)
        assert (by_channel == by_channel[..., :1]).all()
        values = by_channel[..., 0]
        assert values.abs().max() <= 1
        clipped = (values.abs() > 0.9999).float().mean().item()
        assert clipped == pytest.approx(0.3173, abs=0.05)
        assert (values[0] != values[1]).float().mean() > 0.5


def test_feature_noise__gaussian_mixed_is_the_sum_of_both():
    """r = eps * rms * ((1 - s) * clamp(m) + s * clamp(n)), in float64."""
    feats = [2 * torch.ones(2, 50, 4, 5, dtype=torch.float64)]
    torch.manual_seed(0)
    own = torch.randn(2, 50, 4, 5, dtype=torch.float64).clamp(-1, 1)
    common = torch.randn(2, 50, dtype=torch.float64).clamp(-1, 1)[..., None, None]
    for share in (None, 0.4):
        torch.manual_seed(0)
        (noise,) = FeatureNoise(MIXED, 3.0, "rms", channel_share=share)(feats)
        part = 0.25 if share is None else share
        expected = 3 * 2 * ((1 - part) * own + part * common)
        assert_close(noise, expected, rtol=3e-6, atol=0)
        assert noise.abs().max() <= 6


@pytest.mark.parametrize("unit", ["absolute", "rms", "location"])
def test_feature_noise__sizes_apart_are_bounded_apart(unit):
    feats = [torch.full((1, 4, 3, 4), 2.0), torch.full((1, 9, 6, 8), 1.0)]
    for noise, norm in zip(
        FeatureNoise("l2_location", 3.0, unit)(feats), (4.0, 3.0), strict=True
    ):
        expected = 3.0 * (1.0 if unit == "absolute" else norm)
        assert_close(
            noise.norm(dim=1), torch.full_like(noise[:, 0], expected), rtol=1e-5, atol=0
        )


@pytest.mark.parametrize(("kind", "unit"), CASES)
def test_feature_noise__class_tokens_get_noise_of_their_own(kind, unit):
    feats = [torch.randn(2, 3, 4, 4), [torch.randn(2, 3, 4, 4), torch.ones(2, 16)]]

    def divergence(clean):
        return lambda noisy: (noisy[1][1] - clean[1][1]).pow(2).sum()

    noisy = FeatureNoise(kind, 0.5, unit).added_to(feats, [1], divergence=divergence)
    assert torch.equal(noisy[0], feats[0])
    added = noisy[1][1] - feats[1][1]
    size = 0.5 * (4.0 if kind in NORM_KINDS and unit != "absolute" else 1.0)
    norm = added.norm(dim=1) if kind in NORM_KINDS else added.abs().amax(1)
    assert (norm <= size * (1 + 1e-6)).all()
    assert (norm > 0.3 * size).all()


@pytest.mark.parametrize(("kind", "unit"), CASES)
def test_feature_noise__unit_means_share_of_the_features(kind, unit):
    noise, draws = FeatureNoise(kind, 0.5, unit), []
    for scale in (1.0, 16.0):  # a power of two: no rounding
        torch.manual_seed(0)
        draws.append(torch.cat(drawn(noise, features(scale=scale)), dim=1))
    factor = 1.0 if unit == "absolute" else 16.0
    assert_close(draws[1], factor * draws[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("kind", "unit"), CASES)
def test_feature_noise__of_an_image_does_not_depend_on_its_mates(kind, unit):
    noise, sizes = FeatureNoise(kind, 0.5, unit), []
    for mate in (1.0, 100.0):
        feats = features()
        feats = [torch.cat([f[:1], mate * f[1:]]) for f in feats]
        torch.manual_seed(0)
        sizes.append(torch.cat(drawn(noise, feats), dim=1)[0])
    assert_close(sizes[0], sizes[1], rtol=0, atol=0)


@pytest.mark.parametrize(("kind", "unit"), CASES)
def test_feature_noise__of_features_that_are_zero_or_huge(kind, unit):
    zero = [torch.zeros(1, 4, 2, 3)]
    (noise,) = drawn(FeatureNoise(kind, 0.5, unit), zero)
    assert torch.isfinite(noise).all()
    assert (noise.abs().max() == 0) == (unit != "absolute")
    if kind == WORST:
        return
    for dtype in (torch.float16, torch.bfloat16):
        huge = [torch.full((1, 4, 2, 3), 60000.0, dtype=dtype)]
        (noise,) = FeatureNoise(kind, 100.0, unit)(huge)  # more than float16 can hold
        assert torch.isfinite(noise).all()


def test_feature_noise__carries_no_gradient():
    feats = [f.requires_grad_() for f in features()]
    for kind, unit in CASES:
        noise = FeatureNoise(kind, 1.0, unit)
        (noisy, _) = noise.added_to(feats, [0, 1], divergence=some_divergence)
        (gradient,) = torch.autograd.grad(noisy.sum(), feats[0])
        assert (gradient == 1).all()  # of the features alone


def test_feature_noise__several_draws_are_those_of_a_loop():
    feats = features()
    for kind in DRAWN:
        noise = FeatureNoise(kind, 0.5, "rms")
        torch.manual_seed(0)
        at_once = noise.added_to(feats, [1], draws=3)
        torch.manual_seed(0)
        loop = [noise.added_to(feats, [1])[1] for _ in range(3)]
        assert torch.equal(at_once[0], feats[0])
        assert torch.equal(at_once[1], torch.cat(loop))


def test_feature_noise__changed_keeps_what_is_not_named():
    noise = FeatureNoise(WORST, 0.2, "location", power_steps=3, xi=0.5)
    same = noise.changed(eps=0.3)
    assert vars(same) == {**vars(noise), "eps": 0.3}
    other = noise.changed(kind="l2_location")
    assert (other.kind, other.unit, other.eps) == ("l2_location", "location", 0.2)
    mixed = FeatureNoise(channel_share=0.5)
    assert mixed.changed(eps=1.0).channel_share == 0.5
    assert mixed.changed(kind="sign").channel_share == 0.25


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        (dict(), "|r| <= 3 * rms(G(x)) (gaussian_mixed, channel share 0.25)"),
        (
            dict(kind="gaussian_clip", eps=0.5, unit="absolute"),
            "|r| <= 0.5 (gaussian_clip)",
        ),
        (
            dict(kind="l2_location", eps=0.5),
            "|r| <= 0.5 * rms(G(x)) * sqrt(C) at each location (l2_location)",
        ),
        (
            dict(kind=WORST, unit="location", eps=0.1, power_steps=2),
            "|r| <= 0.1 * |G(x)| at each location (worst_direction, power steps: 2)",
        ),
    ],
)
def test_feature_noise__bound_as_a_formula(options, formula):
    assert FeatureNoise(**options).bound() == formula


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            dict(kind="gauss"),
            "'gauss', choose one of: gaussian_clip, sign, gauss",
        ),
        (dict(eps=-1), "finite and >= 0, got -1"),
        (dict(eps=math.inf), "inf"),
        (dict(eps="big"), "'big'"),
        (dict(eps=True), "finite and >= 0, got True"),
        (dict(unit="mrs"), "'mrs', choose one of: absolute, .* Did you mean 'rms'"),
        (dict(unit="location"), "kind 'gaussian_mixed' bounds every.*unit='rms'"),
        (
            dict(kind=WORST, power_steps=0),
            "power_steps must be a whole .* got 0",
        ),
        (
            dict(kind=WORST, power_steps=1.5),
            "power_steps must be a whole .* got 1.5",
        ),
        (dict(kind=WORST, xi=True), "xi must be a share .* at most 1, got True"),
        (dict(kind=WORST, xi=0), "xi must be a share .* at most 1, got 0"),
        (
            dict(channel_share=0),
            "share of the bound, above 0 .* 0 is kind 'gaussian_clip'",
        ),
        (dict(kind="sign", channel_share=0.5), "is an option of kind 'gaussian_mixed'"),
        (dict(power_steps=2), "power_steps=2 is an option of kind 'worst_direction'"),
    ],
)
def test_feature_noise__error_says_what_is_allowed(bad, message):
    with pytest.raises(ValueError, match=message):
        FeatureNoise(**bad)


def test_feature_noise__worst_direction_needs_a_prediction():
    noise = FeatureNoise(WORST)
    with pytest.raises(ValueError, match="found, not drawn"):
        noise(features())
    with pytest.raises(ValueError, match="needs divergence"):
        noise.added_to(features(), [0])
