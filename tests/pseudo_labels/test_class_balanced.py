"""CBST's and CRST's rules against naive implementations of their definitions."""

import math

import numpy as np
import pytest
import torch

from mmseg_uda.pseudo_labels import ClassBalanced, SoftClassBalanced
from mmseg_uda.pseudo_labels.top_share import top_share
from mmseg_uda.registry import RULES

K = 5


def images(seed, ties=False, count=4, empty=()):
    """Probabilities of a few images of different sizes; some classes never win."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        probs = rng.dirichlet(np.full(K, 0.4), (6 + index, 9)).astype(np.float32)
        if ties:  # a few values only, which sum to 1 in binary
            probs = np.round(probs * 8) / 8
            probs[..., 0] += 1 - probs.sum(-1)
        for c in empty:
            probs[..., 0] += probs[..., c]
            probs[..., c] = 0
        yield torch.from_numpy(np.ascontiguousarray(probs.transpose(2, 0, 1)))


def naive_thresholds(probs_of_images, portion, every):
    """The definition: lists of confidences, sorted downwards."""
    lists = [[] for _ in range(K)]
    for probs in probs_of_images:
        for c in range(K):
            found = []
            for y in range(probs.shape[1]):
                for x in range(probs.shape[2]):
                    pixel = [float(p) for p in probs[:, y, x]]
                    if pixel.index(max(pixel)) == c:
                        found.append(max(pixel))
            lists[c] += found[::every]
    thresholds = []
    for values in lists:
        n = math.floor(len(values) * portion)
        thresholds.append(sorted(values, reverse=True)[n - 1] if n else 1.0)
    return thresholds


def fitted(rule, probs_of_images):
    statistics = [rule.observe(probs) for probs in probs_of_images]
    rule.fit(lambda: iter(statistics))
    return rule


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("portion", [0.05, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize("seed", range(3))
def test_thresholds__are_exactly_those_of_the_definition(ties, portion, every, seed):
    data = list(images(seed, ties, empty=(2,)))
    rule = fitted(ClassBalanced(portion, every), data)
    expected = naive_thresholds(data, portion, every)
    assert list(rule.thresholds().values()) == expected
    assert expected[2] == 1.0  # the class that is nowhere predicted


@pytest.mark.parametrize("ties", [False, True])
def test_labels__are_argmax_of_weighted_probabilities(ties):
    data = list(images(7, ties))
    rule = fitted(ClassBalanced(0.3, 1), data)
    thresholds = naive_thresholds(data, 0.3, 1)
    kept = 0
    for probs in data:
        labels = rule.apply(probs)
        assert labels.dtype == torch.uint8
        for y in range(probs.shape[1]):
            for x in range(probs.shape[2]):
                ratios = [
                    np.float32(p) / np.float32(t)
                    for p, t in zip(probs[:, y, x].tolist(), thresholds, strict=True)
                ]
                best = ratios.index(max(ratios))
                assert labels[y, x] == (best if max(ratios) >= 1 else 255)
                kept += int(max(ratios) >= 1)
    assert 0 < kept < sum(probs[0].numel() for probs in data)


def test_label__is_that_of_the_weighted_not_of_the_plain_probability():
    rule = ClassBalanced()
    rule.load_state_dict({"thresholds": [0.9, 0.2]})
    probs = torch.tensor([0.7, 0.3])[:, None, None]
    assert rule.apply(probs).item() == 1


def test_pixel_at_the_threshold__is_kept():
    values = torch.tensor([0.3137, 0.51, 0.777, 0.9999999], dtype=torch.float32)
    for value in values:
        rule = ClassBalanced()
        rule.load_state_dict({"thresholds": [float(value), 1.0]})
        below = torch.nextafter(value, torch.tensor(0.0))
        for p, label in ((value, 0), (below, 255)):
            probs = torch.stack([p, torch.tensor(0.0)])[:, None, None]
            assert rule.apply(probs).item() == label


@pytest.mark.parametrize("alpha", [0.05, 0.25, 0.5])
def test_soft_labels__minimise_crsts_objective_and_are_kept_if_that_pays(alpha):
    data = list(images(3))
    rule = fitted(SoftClassBalanced(0.2, alpha, 1), data)
    t = np.array(naive_thresholds(data, 0.2, 1))[:, None, None]
    kept = total = 0
    for probs in data:
        p = probs.double().numpy()
        weights = (p / t) ** (1 / alpha)
        y = weights / weights.sum(0)
        np.testing.assert_allclose(rule.soft_labels(probs), y, rtol=1e-9, atol=1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = y * (alpha * np.log(y) - np.log(p) + np.log(t))
        cost = np.where(y > 0, terms, 0).sum(0)
        labels = rule.apply(probs).numpy()
        clear = np.abs(cost) > 1e-9  # the pixel at the threshold is decided by rounding
        np.testing.assert_array_equal((labels == 255)[clear], (cost >= 0)[clear])
        np.testing.assert_array_equal(labels[cost < -1e-9], y.argmax(0)[cost < -1e-9])
        kept, total = kept + (cost < 0).sum(), total + cost.size
    assert 0 < kept < total


def test_soft_labels__become_hard_as_alpha_goes_to_0():
    data = list(images(5))
    hard = fitted(ClassBalanced(0.3), data)
    soft = fitted(SoftClassBalanced(0.3, alpha=1e-4), data)
    thresholds = torch.tensor(list(hard.thresholds().values()))[:, None, None]
    for probs in data:
        # at the threshold itself the hard rule keeps a pixel, the soft one does not
        elsewhere = (probs / thresholds).amax(0) != 1
        assert elsewhere.float().mean() > 0.9
        assert torch.equal(soft.apply(probs)[elsewhere], hard.apply(probs)[elsewhere])


@pytest.mark.parametrize("share", [0.0, 0.001, 0.37, 1.0])
def test_top_share__is_exact_on_numbers_of_every_size(share):
    rng = np.random.default_rng(0)
    numbers = [
        (rng.random(n) * 10.0 ** rng.integers(-6, 3, n)).astype(np.float32)
        for n in (4000, 1, 0, 333)
    ]
    numbers[3][:200] = numbers[3][0]
    batches = [
        [values[start::3] for values in numbers] for start in range(3)
    ]  # in any order
    found = top_share(lambda: iter(batches), 4, share)
    for values, value in zip(numbers, found, strict=True):
        n = math.floor(len(values) * share)
        assert value == (np.sort(values)[::-1][n - 1] if n else None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(type="ClassBalanced", portion=0), r"in \(0, 1\], got 0"),
        (dict(type="ClassBalanced", portion=1.2), r"in \(0, 1\], got 1.2"),
        (dict(type="ClassBalanced", portion="few"), r"in \(0, 1\], got 'few'"),
        (dict(type="ClassBalanced", sample_every=0), ">= 1, got 0"),
        (dict(type="ClassBalanced", sample_every=1.5), ">= 1, got 1.5"),
        (dict(type="SoftClassBalanced", alpha=0), "number > 0, got 0"),
        (dict(type="SoftClassBalanced", alpha="big"), "number > 0, got 'big'"),
    ],
)
def test_rule__refuses_what_makes_no_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        RULES.build(settings)


def test_rule_that_has_seen_nothing__says_so():
    with pytest.raises(TypeError, match="no thresholds yet"):
        ClassBalanced().apply(torch.ones(2, 1, 1))


def test_soft_rule__at_equal_cost_the_pixel_is_dropped():
    """p = t for one class and 0 elsewhere: the released code drops at >=."""
    rule = SoftClassBalanced()
    rule.load_state_dict({"thresholds": [1.0, 1.0]})
    probs = torch.tensor([1.0, 0.0]).view(2, 1, 1)
    assert rule.apply(probs).item() == 255


def test_top_share__negative_zero_is_the_smallest_number():
    numbers = np.array([0.5, -0.0, 0.25], dtype=np.float32)
    assert top_share(lambda: [[numbers]], 1, 0.4) == [0.5]
