"""Noise by its options on a command line: read, named and built."""

import pytest

from mmseg_uda.commands.noise_options import parse_noise
from mmseg_uda.map_quality.noise_grid import (
    DEFAULT_NOISE,
    lipschitz_maps,
    noise_title,
)
from mmseg_uda.models.maps import FeatureNoise, LipschitzMap


def test_default_noise__builds_under_names_of_their_own():
    maps = lipschitz_maps(DEFAULT_NOISE)
    assert len(maps) == len(DEFAULT_NOISE)
    for options, part in zip(DEFAULT_NOISE, maps.values(), strict=True):
        assert part.noise.kind == options["kind"]
        assert part.noise.eps == options["eps"]


def test_default_noise__begins_with_what_ships():
    first = next(iter(lipschitz_maps(DEFAULT_NOISE).values()))
    shipped, noise = LipschitzMap(), FeatureNoise()
    assert first.num_samples == shipped.num_samples
    for of in (first.noise, shipped.noise):
        assert (of.kind, of.eps, of.unit) == (noise.kind, noise.eps, noise.unit)


def test_parse_noise__options_of_noise_and_map():
    options = parse_noise("kind=sign, eps=2,num_samples=3,divergence=l1")
    assert options == dict(kind="sign", eps=2, num_samples=3, divergence="l1")
    assert noise_title(options) == "L_lip sign eps=2 num_samples=3 divergence=l1"
    (part,) = lipschitz_maps([options]).values()
    assert (part.noise.kind, part.noise.eps) == ("sign", 2)
    assert (part.num_samples, part.divergence) == (3, "l1")


@pytest.mark.parametrize("text", ["", "sign", "kind=", "=1", "kind=sign,", "a=1;b=2,c"])
def test_parse_noise__refuses_what_are_no_pairs(text):
    with pytest.raises(ValueError, match="noise is KEY=VALUE"):
        parse_noise(text)


@pytest.mark.parametrize("key", ["on", "noise", "detach_clean", "shared_dropout"])
def test_lipschitz_maps__other_options_of_a_map_are_no_noise(key):
    with pytest.raises(ValueError, match=f"no option '{key}'; it takes: kind, eps, "):
        lipschitz_maps([{"kind": "sign", key: True}])


def test_lipschitz_maps__a_misspelt_option():
    with pytest.raises(ValueError, match="Did you mean 'num_samples'"):
        lipschitz_maps([dict(num_sample=2)])


def test_lipschitz_maps__a_bound_to_be_found_is_no_number():
    with pytest.raises(ValueError, match=r"L_lip sign eps=auto: .* a number for eps"):
        lipschitz_maps([dict(kind="sign", eps="auto")])
