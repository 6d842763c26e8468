import copy

import pytest
import torch
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from torch import nn

from mmseg_uda.engine.optim import JointOptimWrapper


class CpuAmpOptimWrapper(AmpOptimWrapper):
    """AmpOptimWrapper refuses to start without CUDA; its other parts do not."""

    def __init__(self, optimizer, init_scale=1024.0, static=None, **kwargs):
        OptimWrapper.__init__(self, optimizer, **kwargs)
        self._scale_update_param = static
        self.loss_scaler = torch.amp.GradScaler("cpu", init_scale=init_scale)
        self.cast_dtype = torch.bfloat16


def nets():
    torch.manual_seed(0)
    return nn.Linear(4, 3), nn.Linear(3, 1)


def joint(first, second, wrapper=OptimWrapper, kwargs=({}, {})):
    return JointOptimWrapper(
        segmentor=wrapper(
            torch.optim.SGD(first.parameters(), 0.1, momentum=0.9), **kwargs[0]
        ),
        heads=wrapper(torch.optim.Adam(second.parameters(), 0.01), **kwargs[1]),
    )


def loss_of(first, second, step):
    x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
    return second(first(x).tanh()).square().mean()


def run(optim, first, second, steps):
    for step in steps:
        with optim.optim_context(first):
            loss = loss_of(first, second, step)
        optim.update_params(loss)


def flat(*networks):
    return torch.cat([p.detach().flatten() for n in networks for p in n.parameters()])


def test_state_dict__resume_is_exact():
    whole = nets()
    run(joint(*whole), *whole, range(6))
    first = nets()
    optim = joint(*first)
    run(optim, *first, range(3))
    resumed = copy.deepcopy(first)
    again = joint(*resumed)
    again.load_state_dict(copy.deepcopy(optim.state_dict()))
    run(again, *resumed, range(3, 6))
    torch.testing.assert_close(flat(*resumed), flat(*whole), rtol=0, atol=0)


@pytest.mark.parametrize("entries", [{"segmentor"}, {"segmentor", "heads", "extra"}])
def test_load_state_dict__entries_differ(entries):
    optim = joint(*nets())
    state = {name: {} for name in entries}
    with pytest.raises(ValueError, match="this config trains segmentor, heads"):
        optim.load_state_dict(state)


def test_accumulate__equals_the_mean_over_the_iterations():
    one = nets()
    optim = joint(*one, kwargs=({"accumulative_counts": 3},) * 2)
    optim.initialize_count_status(nn.Identity(), 0, 6)
    run(optim, *one, range(6))
    other = nets()
    plain = joint(*other)
    for part in ((0, 1, 2), (3, 4, 5)):
        plain.update_params(sum(loss_of(*other, s) for s in part) / 3)
    torch.testing.assert_close(flat(*one), flat(*other), rtol=1e-5, atol=1e-7)
    assert optim.inner_count == 6


def test_accumulate__last_iterations_are_not_lost():
    networks = nets()
    optim = joint(*networks, kwargs=({"accumulative_counts": 4},) * 2)
    optim.initialize_count_status(nn.Identity(), 0, 6)
    run(optim, *networks, range(4))
    before = flat(*networks)
    run(optim, *networks, [4])
    assert torch.equal(flat(*networks), before)
    run(optim, *networks, [5])
    assert not torch.equal(flat(*networks), before)


def test_accumulate__unequal_counts():
    with pytest.raises(ValueError, match=r"accumulative_counts must be equal.*heads"):
        joint(*nets(), kwargs=({}, {"accumulative_counts": 2}))


def test_clip_grad__per_entry_and_logged_by_name():
    first, second = nets()
    start = flat(second)
    clip = {"max_norm": 1e-3}
    optim = JointOptimWrapper(
        a=OptimWrapper(torch.optim.SGD(first.parameters(), 1.0)),
        b=OptimWrapper(torch.optim.SGD(second.parameters(), 1.0), clip_grad=clip),
    )
    loss = loss_of(first, second, 0)
    norm = torch.autograd.grad(loss, list(second.parameters()), retain_graph=True)
    norm = torch.cat([g.flatten() for g in norm]).norm()
    free = torch.autograd.grad(loss, first.weight, retain_graph=True)[0]
    weight = first.weight.detach().clone()
    optim.update_params(loss)
    assert (flat(second) - start).norm().item() == pytest.approx(1e-3, rel=1e-3)
    torch.testing.assert_close(first.weight, weight - free)
    scalars = optim["b"].message_hub.log_scalars
    assert scalars["train/b.grad_norm"].current() == pytest.approx(norm.item())


def test_get_lr__one_key_per_entry_base_rate_first():
    first, second = nets()
    groups = [{"params": [first.weight], "lr": 1.0}, {"params": [first.bias]}]
    optim = JointOptimWrapper(
        segmentor=OptimWrapper(torch.optim.SGD(groups, lr=0.1)),
        heads=OptimWrapper(torch.optim.Adam(second.parameters(), lr=0.01)),
    )
    rates = optim.get_lr()
    assert list(rates) == ["segmentor.lr", "heads.lr"]
    assert (rates["segmentor.lr"][0], rates["heads.lr"]) == (0.1, [0.01])


def test_amp__one_scaler_and_close_to_single_precision():
    networks, exact = nets(), nets()
    clips = ({"clip_grad": {"max_norm": 0.5}}, {})
    optim = joint(*networks, CpuAmpOptimWrapper, kwargs=clips)
    assert optim["segmentor"].loss_scaler is optim["heads"].loss_scaler
    run(optim, *networks, range(10))
    run(joint(*exact, kwargs=clips), *exact, range(10))
    moved = (flat(*exact) - flat(*nets())).norm()
    assert (flat(*networks) - flat(*exact)).norm() < 0.05 * moved


def test_amp__overflow_steps_nothing_and_halves_the_scale():
    networks = nets()
    optim = joint(*networks, CpuAmpOptimWrapper)
    before = flat(*networks)
    optim.update_params(loss_of(*networks, 0) * float("inf"))
    assert torch.equal(flat(*networks), before)
    assert optim["heads"].loss_scaler.get_scale() == 512.0
    run(optim, *networks, [1])
    assert torch.isfinite(flat(*networks)).all()
    assert not torch.equal(flat(*networks), before)


def test_amp__state_keeps_the_scale():
    networks = nets()
    optim = joint(*networks, CpuAmpOptimWrapper)
    optim.update_params(loss_of(*networks, 0) * float("inf"))
    other = joint(*nets(), CpuAmpOptimWrapper)
    state = optim.state_dict()
    other.load_state_dict(state)
    assert other["segmentor"].loss_scaler.get_scale() == 512.0
    assert "loss_scaler" in state["heads"], "the given state must stay as it was"


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        (({}, {"init_scale": 2.0}), "loss_scale and dtype must be equal"),
        (({"static": 8.0}, {}), "loss_scale and dtype must be equal"),
    ],
)
def test_amp__settings_differ(kwargs, message):
    with pytest.raises(ValueError, match=message):
        joint(*nets(), CpuAmpOptimWrapper, kwargs)


def test_amp__not_for_all():
    first, second = nets()
    with pytest.raises(ValueError, match=r"all or none.*only for b"):
        JointOptimWrapper(
            a=OptimWrapper(torch.optim.SGD(first.parameters(), 0.1)),
            b=CpuAmpOptimWrapper(torch.optim.SGD(second.parameters(), 0.1)),
        )


def test_joint__empty():
    with pytest.raises(ValueError, match="at least one"):
        JointOptimWrapper()
