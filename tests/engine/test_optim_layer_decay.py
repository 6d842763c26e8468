"""Layer-wise learning rates, and parameters that weight decay leaves alone."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from mmseg_uda.engine.optim.layer_decay import LayerDecay

ADAMW = {"type": "AdamW", "lr": 1.0, "weight_decay": 0.05}
VIT = {"backbone": {"rate": 0.5, "layers": r"blocks\.(\d+)"}}


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, 2))
        self.pos_embed = nn.Parameter(torch.zeros(1, 5, 2))
        self.patch_embed = nn.Conv2d(3, 2, 2)
        self.blocks = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))
        self.norm = nn.LayerNorm(2)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        head = nn.Linear(2, 3)
        parts = {"backbone": Transformer(), "decode_head": head}
        self.segmentor = nn.ModuleDict(parts)


def settings(model=None, **entry):
    """Rate and weight decay of every parameter, below 'segmentor'."""
    model = model or Model()
    cfg = {
        "constructor": "UDAOptimWrapperConstructor",
        "segmentor": {"optimizer": ADAMW, **entry},
    }
    groups = build_optim_wrapper(model, cfg).optimizer.param_groups
    names = {id(p): n.removeprefix("segmentor.") for n, p in model.named_parameters()}
    found = {
        names[id(p)]: (group["lr"], group["weight_decay"])
        for group in groups
        for p in group["params"]
    }
    assert sum(len(group["params"]) for group in groups) == len(found)
    return found


def test_layer_decay__counts_from_the_output_as_beit_does():
    rates = {
        name: rate
        for name, (rate, _) in settings(
            layer_decay=VIT, lr_mults={"decode_head": 10.0}
        ).items()
    }
    # two blocks: the last 1/2, the first 1/4, what comes before them 1/8
    assert rates == {
        "backbone.cls_token": 0.125,
        "backbone.pos_embed": 0.125,
        "backbone.patch_embed.weight": 0.125,
        "backbone.patch_embed.bias": 0.125,
        "backbone.blocks.0.weight": 0.25,
        "backbone.blocks.0.bias": 0.25,
        "backbone.blocks.1.weight": 0.5,
        "backbone.blocks.1.bias": 0.5,
        "backbone.norm.weight": 1.0,
        "backbone.norm.bias": 1.0,
        "decode_head.weight": 10.0,
        "decode_head.bias": 10.0,
    }


def test_layer_decay__multiplies_lr_mults():
    found = settings(layer_decay=VIT, lr_mults={"backbone": 0.1})
    assert found["backbone.blocks.1.bias"][0] == pytest.approx(0.05)
    assert found["backbone.norm.bias"][0] == pytest.approx(0.1)
    assert found["decode_head.bias"][0] == 1.0


def test_layer_decay__frozen_layers_still_count():
    model = Model()
    model.segmentor["backbone"].blocks[0].requires_grad_(False)
    found = settings(model, layer_decay=VIT)
    assert "backbone.blocks.0.bias" not in found
    assert found["backbone.blocks.1.bias"][0] == 0.5
    assert found["backbone.pos_embed"][0] == 0.125


def test_layer_decay__of_stages_and_blocks():
    names = ["stem.w", "stages_0.blocks.0.w", "stages_0.blocks.1.w"]
    names += ["stages_1.downsample.w", "stages_1.blocks.0.w", "norm.w"]
    by_stage = LayerDecay(0.5, r"stages_(\d+)").factors(names)
    assert list(by_stage[n] for n in names) == [1 / 8, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 1]
    by_block = LayerDecay(0.5, r"stages_(\d+)\.blocks\.(\d+)").factors(names)
    # what stands between two layers belongs to the next
    assert list(by_block[n] for n in names) == [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1 / 2, 1]


def test_layer_decay__orders_layers_by_number():
    names = [f"blocks.{i}.w" for i in range(12)]
    factors = LayerDecay(0.9, r"blocks\.(\d+)").factors(names)
    assert factors["blocks.11.w"] == pytest.approx(0.9)
    assert factors["blocks.2.w"] == pytest.approx(0.9**10)


def test_layer_decay__the_first_group_is_nearest_to_the_rate_itself():
    model = Model()
    cfg = {
        "constructor": "UDAOptimWrapperConstructor",
        "segmentor": {"optimizer": ADAMW, "layer_decay": VIT},
    }
    groups = build_optim_wrapper(model, cfg).optimizer.param_groups
    assert [group["lr"] for group in groups] == [1.0, 0.5, 0.25, 0.125]


def test_no_decay__of_vectors_and_names():
    option = {"vectors": True, "names": ("*.pos_embed", "*_token")}
    found = settings(no_decay=option)
    decayed = {name for name, (_, decay) in found.items() if decay}
    weights = ("patch_embed", "blocks.0", "blocks.1")
    assert decayed == {
        *(f"backbone.{name}.weight" for name in weights),
        "decode_head.weight",
    }
    assert {decay for _, decay in found.values()} == {0.0, 0.05}
    assert {rate for rate, _ in found.values()} == {1.0}


def test_no_decay__of_names_alone():
    found = settings(no_decay={"names": "*.pos_embed"})
    assert [name for name, (_, decay) in found.items() if not decay] == [
        "backbone.pos_embed"
    ]


def test_no_decay__changes_no_step_but_by_the_decay():
    model = Model()
    cfg = {
        "constructor": "UDAOptimWrapperConstructor",
        "segmentor": {"optimizer": ADAMW, "no_decay": {"vectors": True}},
    }
    optimizer = build_optim_wrapper(model, cfg).optimizer
    head = model.segmentor["decode_head"]
    before = {name: p.detach().clone() for name, p in head.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    # without gradient AdamW decays alone: w (1 - lr * decay)
    torch.testing.assert_close(head.weight.data, before["weight"] * 0.95)
    assert torch.equal(head.bias.data, before["bias"])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"layer_decay": {"backbone": 0.9}}, r"of 'backbone': must be as in layer_de"),
        ({"layer_decay": {"backbone": {"rate": 0.9}}}, "must be as in"),
        (
            {"layer_decay": {"backbone": {"rate": 1.1, "layers": r"(\d)"}}},
            r"rate must be in \(0, 1\], got 1\.1",
        ),
        (
            {"layer_decay": {"backbone": {"rate": 0.9, "layers": "blocks"}}},
            "has no group for the number of a layer",
        ),
        (
            {"layer_decay": {"backbone": {"rate": 0.9, "layers": "("}}},
            "is no regular expression",
        ),
        (
            {"layer_decay": {"backbone": {"rate": 0.9, "layers": r"layers\.(\d+)"}}},
            r"fits none of its 10 parameters, e\.g\. .*norm\.bias",
        ),
        (
            {"layer_decay": {"backbone": {"rate": 0.9, "layers": r"\.(norm)"}}},
            "are not the numbers of a layer",
        ),
        (
            {"layer_decay": {"bakcbone": {"rate": 0.9, "layers": r"(\d)"}}},
            r"layer_decay 'bakcbone' claims no trainable.*mean 'backbone'",
        ),
        ({"no_decay": {"vektors": True}}, "no_decay of 'segmentor' must be dict"),
        ({"no_decay": {"names": ["*.pos_emb"]}}, r"'\*\.pos_emb' fits no parameter"),
        (
            {"optimizer": {"type": "AdamW"}, "layer_decay": VIT},
            "has layer_decay, but no lr",
        ),
    ],
)
def test_layer_decay__error(entry, message):
    with pytest.raises(ValueError, match=message):
        settings(**entry)


def test_layer_decay__of_a_frozen_backbone_is_an_error_that_says_what_to_do():
    model = Model()
    model.segmentor["backbone"].requires_grad_(False)
    with pytest.raises(ValueError, match=r"frozen.*drop one by backbone=None"):
        settings(model, layer_decay=VIT)
    found = settings(model, layer_decay={"backbone": None})
    assert set(found) == {"decode_head.weight", "decode_head.bias"}
