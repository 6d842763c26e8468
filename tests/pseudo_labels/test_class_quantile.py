"""BDL's and FDA's rule against its definition in lists."""

import numpy as np
import pytest
import torch
from test_class_balanced import K, fitted, images

from mmseg_uda.pseudo_labels import ClassQuantile
from mmseg_uda.registry import RULES


def naive(probs_of_images, quantile, cap, every=1):
    """Sorted upwards, the value at round(n * q), at most the cap; 0 without pixels."""
    lists = [[] for _ in range(K)]
    for probs in probs_of_images:
        found = [[] for _ in range(K)]
        for y in range(probs.shape[1]):
            for x in range(probs.shape[2]):
                pixel = [float(p) for p in probs[:, y, x]]
                found[pixel.index(max(pixel))].append(max(pixel))
        for c in range(K):
            lists[c] += found[c][::every]
    thresholds = []
    for values in lists:
        place = min(round(len(values) * quantile), len(values) - 1)
        thresholds.append(min(sorted(values)[place], cap) if values else 0.0)
    return thresholds


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(
    ("quantile", "cap", "every"),
    [(0.5, 0.9, 1), (0.66, 0.9, 1), (0.5, 0.6, 4), (0.0, 1.0, 1), (1.0, 1.0, 3)],
)
def test_rule__is_exactly_the_definition(ties, quantile, cap, every):
    data = list(images(3, ties, empty=(2,)))
    rule = fitted(ClassQuantile(quantile, cap, every), data)
    expected = naive(data, quantile, cap, every)
    assert list(rule.thresholds().values()) == expected
    assert expected[2] == 0.0
    for probs in data:
        labels = rule.apply(probs)
        assert labels.dtype == torch.uint8
        for y in range(probs.shape[1]):
            for x in range(probs.shape[2]):
                pixel = [float(p) for p in probs[:, y, x]]
                c = pixel.index(max(pixel))
                needed = float(np.float32(expected[c]))
                assert labels[y, x] == (c if max(pixel) >= needed else 255)


def test_rule__by_hand():
    # four pixels of class 0 and one of class 1, which is surer than the cap
    confidence = torch.tensor([[0.6, 0.9, 0.7, 0.8, 0.02]])
    probs = torch.stack([confidence, 1 - confidence])
    rule = fitted(ClassQuantile(0.5, 0.9), [probs])
    # 0.6 0.7 [0.8] 0.9: place round(4 * 0.5) = 2; of one pixel place round(0.5) = 0
    assert rule.thresholds() == pytest.approx({"0": 0.8, "1": 0.9})
    assert rule.apply(probs).tolist() == [[255, 0, 255, 0, 1]]
    # the cap lets more than the share through
    assert fitted(ClassQuantile(0.5, 0.65), [probs]).apply(probs)[0, 2] == 0


def test_rule__state_goes_to_other_ranks():
    data = list(images(1))
    rule = fitted(ClassQuantile(0.66), data)
    other = RULES.build(rule.settings())
    with pytest.raises(TypeError, match="no thresholds yet"):
        other.apply(data[0])
    other.load_state_dict(rule.state_dict())
    assert torch.equal(other.apply(data[0]), rule.apply(data[0]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(quantile=1.1), r"quantile must be in \[0, 1\], got 1.1"),
        (dict(cap=-0.1), r"cap must be in \[0, 1\], got -0.1"),
        (dict(sample_every=0), "sample_every must be at least 1"),
    ],
)
def test_rule__bad_options(options, said):
    with pytest.raises(ValueError, match=said):
        ClassQuantile(**options)
