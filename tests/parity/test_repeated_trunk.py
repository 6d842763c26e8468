"""AdaptSegNet's list of the trunk's parameters, which names most of them repeatedly.

Its optimizer gets what ``modules()`` of each stage yields, at every depth, so that SGD
steps on a convolution as often as it is in the list. ``lr_mults`` of the same factors
moves weights as far; how soon differs.
"""

import re
import textwrap
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from mmseg_uda.models.backbones import DeepLabResNet

README = Path(__file__).parents[2] / "configs" / "adaptseg" / "README.md"
RATE, MOMENTUM = 0.1, 0.9
FIRST = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")


def trunk():
    with torch.device("meta"):
        return DeepLabResNet(
            depth=101,
            strides=(1, 2, 1, 1),
            dilations=(1, 1, 2, 4),
            style="caffe",
            norm_cfg=dict(type="BN", requires_grad=False),
        )


def times_listed(backbone):
    """How often each trainable parameter is in the list, by name."""
    names = {id(p): name for name, p in backbone.named_parameters()}
    return Counter(
        names[id(parameter)]
        for part in FIRST
        for module in getattr(backbone, part).modules()
        for parameter in module.parameters()
        if parameter.requires_grad
    )


def lr_mults_of_readme():
    """The factors that the README gives, of its own code."""
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    given: dict = {}
    exec(textwrap.dedent(block), given)
    return given["optim_wrapper"]["segmentor"]["lr_mults"]


def test_list__names_99_convolutions_thrice_4_four_times_and_the_stem_once():
    counts = times_listed(trunk())
    assert Counter(counts.values()) == {3: 99, 4: 4, 1: 1}
    assert counts["conv1.weight"] == 1
    assert counts["layer2.0.downsample.0.weight"] == 4


def test_lr_mults_of_the_readme__are_how_often_each_is_listed():
    model = nn.Module()
    model.segmentor = nn.ModuleDict({"backbone": trunk()})
    wrapper = build_optim_wrapper(
        model,
        dict(
            constructor="UDAOptimWrapperConstructor",
            segmentor=dict(
                optimizer=dict(type="SGD", lr=RATE), lr_mults=lr_mults_of_readme()
            ),
        ),
    )
    names = {id(p): n for n, p in model.segmentor.backbone.named_parameters()}
    factors = {
        names[id(p)]: group["lr"] / RATE
        for group in wrapper.optimizer.param_groups
        for p in group["params"]
    }
    assert factors == pytest.approx(dict(times_listed(model.segmentor.backbone)))


def moves(parameters, rate, iterations=200):
    """How far a weight moves in each iteration from one on whose gradient alone is 1.

    It is the second: PyTorch shares the momentum of a repeated weight from then on.
    """
    weight = parameters[0]
    repeated = pytest.warns(match="duplicate parameters")
    with repeated if len(parameters) > 1 else nullcontext():
        sgd = torch.optim.SGD(parameters, lr=rate, momentum=MOMENTUM, foreach=False)
    moved = []
    for iteration in range(iterations):
        before = weight.item()
        weight.grad = torch.tensor(float(iteration == 1), dtype=torch.float64)
        sgd.step()
        moved.append(before - weight.item())
    return moved[1:]


@pytest.mark.parametrize("times", [1, 3, 4])
def test_factor__moves_weights_as_far_as_repetition_but_later(times):
    one, other = (nn.Parameter(torch.zeros((), dtype=torch.float64)) for _ in range(2))
    repeated = moves([one] * times, RATE)
    factor = moves([other], RATE * times)
    whole = RATE * times / (1 - MOMENTUM)
    assert sum(repeated) == pytest.approx(whole)
    assert sum(factor) == pytest.approx(whole)
    if times == 3:  # of 30 rates: 1 + 1.9 + 2.71 in the first iteration; 3
        assert repeated[0] == pytest.approx(5.61 * RATE)
        assert factor[0] == pytest.approx(3 * RATE)
        # from one iteration to the next: momentum three times; once
        assert repeated[6] / repeated[5] == pytest.approx(MOMENTUM**3)
        assert factor[6] / factor[5] == pytest.approx(MOMENTUM)
