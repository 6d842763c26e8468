"""Gradient routing, running statistics, and dropout replay."""

import pytest
import torch
from torch import nn

from mmseg_uda.layers import (
    BufferState,
    RandomState,
    call_frozen,
    frozen_running_stats,
    has_active_dropout,
)


def _net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 1, 1))


def test_call_frozen__gradient_reaches_the_input_only():
    net, x = _net(), torch.randn(2, 2, 5, 5, requires_grad=True)
    call_frozen(net, x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
    assert all(p.grad is None for p in net.parameters())
    assert all(p.requires_grad for p in net.parameters())


def test_call_frozen__equals_the_ordinary_call():
    net, x = _net(), torch.randn(2, 2, 5, 5, requires_grad=True)
    (expected,) = torch.autograd.grad(net(x).square().sum(), x)
    (got,) = torch.autograd.grad(call_frozen(net, x).square().sum(), x)
    torch.testing.assert_close(got, expected, rtol=0, atol=0)


def test_call_frozen__same_module_can_learn_in_the_same_graph():
    net, x = _net(), torch.randn(2, 2, 5, 5, requires_grad=True)
    net(x.detach()).sum().backward()
    alone = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    (call_frozen(net, x).square().sum() + net(x.detach()).sum()).backward()
    for p, expected in zip(net.parameters(), alone, strict=True):
        torch.testing.assert_close(p.grad, expected)


def test_call_frozen__updates_running_statistics_as_usual():
    net, x = _net(), torch.randn(2, 2, 5, 5)
    call_frozen(net, x)
    assert net[1].num_batches_tracked == 1
    assert net[1].running_mean.abs().sum() > 0


def test_frozen_running_stats__output_is_kept_and_buffers_too():
    net, x = _net(), torch.randn(2, 2, 5, 5)
    before = {name: b.clone() for name, b in net.named_buffers()}
    with frozen_running_stats(net):
        inside = net(x)
    for name, buffer in net.named_buffers():
        assert torch.equal(buffer, before[name]), name
    torch.testing.assert_close(net(x), inside, rtol=0, atol=0)
    assert net[1].num_batches_tracked == 1  # back to normal afterwards


def test_frozen_running_stats__eval_mode_is_untouched():
    net, x = _net(), torch.randn(2, 2, 5, 5)
    net(x)
    net.eval()
    with frozen_running_stats(net):
        torch.testing.assert_close(net(x), net(x), rtol=0, atol=0)
        assert net[1].track_running_stats


def test_frozen_running_stats__restored_after_an_error():
    net = _net()
    with pytest.raises(ZeroDivisionError), frozen_running_stats(net):
        _ = 1 / 0
    assert net[1].track_running_stats


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.Sequential(nn.Conv2d(1, 1, 1), nn.Dropout2d(0.1)), True),
        (nn.Sequential(nn.Dropout(0.0)), False),
        (nn.Sequential(nn.Dropout(0.5)).eval(), False),
        (nn.MultiheadAttention(4, 2, dropout=0.1), True),
        (nn.MultiheadAttention(4, 2), False),
        (nn.Conv2d(1, 1, 1), False),
    ],
)
def test_has_active_dropout__table(module, expected):
    assert has_active_dropout(module) is expected


def test_random_state__replays_masks_and_then_goes_on():
    drop, x = nn.Dropout2d(0.5), torch.ones(4, 32, 2, 2)
    torch.manual_seed(3)
    state = RandomState.for_call(drop, x)
    first = drop(x)
    following = torch.get_rng_state()
    with state.replay():
        again = drop(x)
    assert torch.equal(first, again)
    assert torch.equal(torch.get_rng_state(), following)
    assert not torch.equal(first, drop(x))


def test_random_state__replays_more_than_once():
    drop, x = nn.Dropout(0.5), torch.ones(1000)
    state = RandomState.for_call(drop, x)
    draws = []
    for _ in range(3):
        with state.replay():
            draws.append(drop(x))
    assert torch.equal(draws[0], draws[1])
    assert torch.equal(draws[0], draws[2])


def test_random_state__replays_other_draws_than_dropout():
    class Draws(nn.Module):
        def forward(self, x):
            return x + torch.rand(x.shape[1:])

    draws, x = Draws(), torch.ones(1, 8)
    state = RandomState.for_call(draws, x)
    first = draws(x)
    with state.replay():
        assert torch.equal(draws(x), first)
    assert not torch.equal(draws(x), first)


def test_random_state__without_dropout_any_device_will_do():
    images = torch.ones(1, 1, 2, 2, device="meta")
    state = RandomState.for_call(nn.Conv2d(1, 1, 1), images)
    assert not state.active
    with pytest.raises(ValueError, match="'meta'"):
        RandomState.for_call(nn.Dropout(), images)


def test_buffer_state__replays_and_forgets():
    class Remembers(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("bases", torch.ones(3))
            self.register_buffer("count", torch.zeros(1))
            self.norm = nn.BatchNorm1d(3)

        def forward(self, x):
            out = x * self.bases
            self.bases = 0.5 * self.bases + x.detach().mean(0)
            self.count += 1
            return self.norm(out)

    net, x = Remembers(), torch.randn(4, 3)
    state = BufferState(net)
    first, after = net(x), [net.bases.clone(), net.count.clone()]
    assert not torch.equal(net.norm(x * net.bases), first)
    for _ in range(2):
        with state.replay():
            assert torch.equal(net(x), first)
        assert torch.equal(net.bases, after[0])
        assert torch.equal(net.count, after[1])
    assert net.norm.num_batches_tracked == 4  # not its business


def test_random_state__other_device_is_an_error():
    with pytest.raises(ValueError, match="cpu"):
        RandomState("meta")
