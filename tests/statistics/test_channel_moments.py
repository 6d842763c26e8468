import pytest
import torch
from torch.testing import assert_close

from mmseg_uda.statistics import ChannelMoments


def test_moments__by_hand():
    moments = ChannelMoments(1)
    # 1, 3 | 7, 9: mean 5, deviations 16 + 4 + 4 + 16 = 40, of which 36 between parts
    moments.add(torch.tensor([[[[1.0, 3.0]]]]))
    moments.add(torch.tensor([[[[7.0, 9.0]]]]))
    assert (moments.count, moments.mean.item()) == (4, 5)
    assert moments.deviations.item() == 40
    assert moments.variance().item() == pytest.approx(40 / 3)


def test_moments__are_those_of_all_values_in_any_order():
    parts = [torch.randn(n, 3, 2, n) * n + 100 * n for n in (1, 2, 5, 3)]
    values = torch.cat([p.double().transpose(0, 1).flatten(1) for p in parts], 1)
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        moments = ChannelMoments(3)
        for i in order:
            moments.add(parts[i])
        assert_close(moments.mean, values.mean(1), rtol=1e-12, atol=0)
        assert_close(moments.variance(), values.var(1), rtol=1e-12, atol=0)


def test_moments__far_from_zero():
    values = torch.tensor([0.0, 1.0, 2.0]).view(1, 1, 3) + 2.0**23  # exact in float32
    moments = ChannelMoments(1)
    for _ in range(100):
        moments.add(values)
    # E[x^2] - E[x]^2 would be a difference of numbers of 7e13
    assert_close(moments.deviations, torch.tensor([200.0]).double(), rtol=1e-12, atol=0)


def test_moments__sent_elsewhere():
    one, other = ChannelMoments(2), ChannelMoments(2)
    one.add(torch.randn(3, 2))
    other.add(torch.randn(2, 2, 4))
    total = ChannelMoments(2)
    for moments in (one, ChannelMoments(2), other):  # a rank may have no image
        total.merge_packed(moments.packed())
    one.merge(other.count, other.mean, other.deviations)
    assert total.count == one.count == 11
    assert_close(total.mean, one.mean, rtol=1e-15, atol=0)
    assert_close(total.variance(), one.variance(), rtol=1e-15, atol=0)


def test_moments__of_a_single_value():
    moments = ChannelMoments(2)
    moments.add(torch.randn(1, 2, 1, 1))
    assert moments.variance().tolist() == [0, 0]
