"""Losses against numbers by hand and loops written from the equations."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmseg_uda.models.losses import (
    ClassBalance,
    cross_entropy_map,
    gan_map,
    hardest,
    kl_map,
    l1_map,
    l2_map,
    mean_by_weight,
    self_information,
    squared_gradient,
)


def _log_probs(*shape):
    return torch.randn(*shape, dtype=torch.float64).log_softmax(dim=1)


def test_kl_map__by_hand():
    # p = (1/2, 1/2), q = (1/4, 3/4): KL = ln2/2 + ln(2/3)/2 = ln(4/3)/2
    p = torch.tensor([0.5, 0.5]).log().view(1, 2, 1, 1)
    q = torch.tensor([0.25, 0.75]).log().view(1, 2, 1, 1)
    assert_close(kl_map(p, q).item(), 0.5 * math.log(4 / 3))
    assert_close(kl_map(q, p).item(), 0.25 * math.log(1 / 2) + 0.75 * math.log(3 / 2))
    assert_close(l1_map(p, q).item(), 0.5)
    assert_close(l2_map(p, q).item(), math.sqrt(2 * 0.25**2))


def test_divergences__equal_loops():
    log_p, log_q = _log_probs(2, 3, 2, 4), _log_probs(2, 3, 2, 4)
    for n, h, w in [(0, 0, 0), (1, 1, 3), (1, 0, 2)]:
        p = [math.exp(v) for v in log_p[n, :, h, w].tolist()]
        q = [math.exp(v) for v in log_q[n, :, h, w].tolist()]
        kl = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
        l1 = sum(abs(a - b) for a, b in zip(p, q, strict=True))
        l2 = math.sqrt(sum((a - b) ** 2 for a, b in zip(p, q, strict=True)))
        assert_close(kl_map(log_p, log_q)[n, h, w].item(), kl)
        assert_close(l1_map(log_p, log_q)[n, h, w].item(), l1)
        assert_close(l2_map(log_p, log_q)[n, h, w].item(), l2)


def test_kl_map__rounding_never_makes_it_negative():
    logits = torch.randn(1, 19, 32, 32, generator=torch.Generator().manual_seed(0))
    log_p = logits.log_softmax(1)
    log_q = (logits + 1e-6).log_softmax(1)  # the same but for rounding
    assert (log_p.exp() * (log_p - log_q)).sum(1).min() < 0
    assert kl_map(log_p, log_q).min() == 0


@pytest.mark.parametrize("divergence", [kl_map, l1_map, l2_map])
def test_divergence__equal_arguments_give_zero_and_finite_gradient(divergence):
    logits = torch.randn(1, 4, 3, 3, requires_grad=True)
    log_p = logits.log_softmax(1)
    value = divergence(log_p, log_p)
    assert (value == 0).all()
    value.sum().backward()
    assert torch.isfinite(logits.grad).all()


def test_kl_map__finite_for_saturated_logits():
    log_p = torch.tensor([1000.0, -1000.0]).view(1, 2, 1, 1).log_softmax(1)
    log_q = torch.tensor([-1000.0, 1000.0]).view(1, 2, 1, 1).log_softmax(1)
    assert_close(kl_map(log_p, log_q).item(), 2000.0)


def test_cross_entropy_map__zero_where_ignored():
    log_probs = _log_probs(1, 3, 1, 2)
    labels = torch.tensor([[[2, 255]]])
    value = cross_entropy_map(log_probs, labels)
    assert_close(value[0, 0, 0], -log_probs[0, 2, 0, 0])
    assert value[0, 0, 1] == 0


def test_mean_by_weight__divides_by_what_counts():
    counts = torch.tensor([[[1.0, 0.0, 3.0, 0.0]]])
    pixel_loss = torch.tensor([[[1.0, 0.0, 3.0, 0.0]]])
    assert mean_by_weight(pixel_loss, counts) == 1.0


def test_mean_by_weight__nothing_counts_is_zero():
    assert mean_by_weight(torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)) == 0


def test_hardest__equals_the_percentile_of_numpy():
    loss = torch.rand(2, 7, 11)
    for share in (0.2, 0.5, 0.01, 1.0):
        threshold = np.percentile(loss.double().numpy(), 100 * (1 - share))
        assert torch.equal(hardest(loss, share).bool(), loss >= threshold - 1e-7)


def test_class_balance__by_hand():
    """3 classes, 256 pixels: 250 of class 0, 1 of class 1, none of class 2."""
    labels = torch.zeros(1, 16, 16, dtype=torch.long)
    labels[0, 0, :6] = torch.tensor([1, 255, 255, 255, 255, 255])
    balance = ClassBalance(3, max_weight=7.0, min_share=1 / 128)  # rare: below 2 pixels
    # often: (1, 1, 0.9 + 0.7); rare: (1, 7, 7)
    assert_close(balance(labels), torch.tensor([1.0, 7.0, 7 * 1.6]))
    # again: often_2 = 0.9 * 1.6 + 0.7 = 2.14
    assert_close(balance(labels), torch.tensor([1.0, 7.0, 7 * 2.14]))
    assert "often" in balance.state_dict()


def test_class_balance__a_class_at_the_limit_is_not_rare():
    labels = torch.zeros(1, 16, 16, dtype=torch.long)
    labels[0, 0, :2] = 1  # 2 of 256 pixels, 1/128
    assert_close(ClassBalance(2)(labels), torch.tensor([1.0, 1.0]))


def test_gan_map__by_hand():
    output = torch.tensor([[[[0.0, 2.0]]]])
    assert_close(gan_map(output, 1.0, "lsgan"), torch.tensor([[[1.0, 1.0]]]))
    bce = torch.tensor([[[math.log(2), math.log(1 + math.exp(2))]]])
    assert_close(gan_map(output, 0.0, "bce"), bce)


@pytest.mark.parametrize("kind", ["bce", "lsgan"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_gan_map__of_half_precision(kind, dtype):
    output = torch.tensor([[[[0.25, -300.0, 1.5]]]], dtype=dtype)
    with torch.autocast("cpu", dtype=dtype):
        ours = gan_map(output, 1.0, kind)
    assert ours.dtype == torch.float32
    assert_close(ours, gan_map(output.float(), 1.0, kind))
    assert gan_map(output.double(), 1.0, kind).dtype == torch.float64


def test_self_information__sums_to_normalised_entropy():
    uniform = torch.full((1, 4, 1, 1), 0.25)
    assert_close(self_information(uniform).sum().item(), 1.0)
    certain = torch.tensor([1.0, 0, 0, 0]).view(1, 4, 1, 1)
    assert_close(self_information(certain).sum().item(), 0.0, atol=1e-6, rtol=0)


def test_squared_gradient__of_a_linear_function():
    # D(x) = sum_i a_i x_i has gradient a: |a|^2 = 1 + 4 = 5 per image
    weights = torch.tensor([1.0, 2.0], requires_grad=True)
    inputs = torch.randn(3, 2, 1, 1, requires_grad=True)
    output = (inputs * weights.view(1, 2, 1, 1)).sum(1, keepdim=True)
    value = squared_gradient(output, inputs)
    assert_close(value.item(), 5.0)
    value.backward()
    assert_close(weights.grad, torch.tensor([2.0, 4.0]))
