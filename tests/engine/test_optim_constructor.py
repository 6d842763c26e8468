import pytest
import torch
from mmengine.optim import OptimWrapper, build_optim_wrapper
from torch import nn

from mmseg_uda.engine.optim import JointOptimWrapper

SGD = {"type": "SGD", "lr": 0.2, "momentum": 0.9}
ADAM = {"type": "Adam", "lr": 0.01}


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.segmentor = nn.ModuleDict(
            {k: nn.Linear(2, 2) for k in ("backbone", "decode_head", "auxiliary_head")}
        )
        self.heads = nn.ModuleDict({k: nn.Linear(2, 1) for k in ("d_decode", "d_aux")})


def build(model=None, **entries):
    cfg = {"constructor": "UDAOptimWrapperConstructor", **entries}
    return build_optim_wrapper(model or Model(), cfg)


def ids(*modules):
    return [id(p) for m in modules for p in m.parameters()]


def owned(wrapper):
    return [id(p) for g in wrapper.optimizer.param_groups for p in g["params"]]


def test_constructor__routes_by_prefix():
    model = Model()
    optim = build(model, segmentor={"optimizer": SGD}, heads={"optimizer": ADAM})
    assert isinstance(optim, JointOptimWrapper)
    assert owned(optim["segmentor"]) == ids(model.segmentor)
    assert owned(optim["heads"]) == ids(model.heads)
    assert isinstance(optim["heads"].optimizer, torch.optim.Adam)


def test_constructor__longest_prefix_wins():
    model = Model()
    optim = build(
        model,
        segmentor={"optimizer": SGD},
        heads={"optimizer": ADAM},
        **{"heads.d_aux": {"optimizer": SGD}},
    )
    assert owned(optim["heads"]) == ids(model.heads["d_decode"])
    assert owned(optim["heads.d_aux"]) == ids(model.heads["d_aux"])


def test_constructor__optional_entries_serve_models_with_and_without_their_part():
    entries = {
        "segmentor": {"optimizer": SGD},
        "heads": {"optimizer": ADAM},
        "heads.d_aux": {"optimizer": SGD, "optional": True},
        "heads.c": {"optimizer": SGD, "lr_mults": {"x": 2.0}, "optional": True},
    }
    model = Model()
    optim = build(model, **entries)
    assert list(optim.keys()) == ["segmentor", "heads", "heads.d_aux"]
    assert owned(optim["heads.d_aux"]) == ids(model.heads["d_aux"])
    entries["heads.c"]["optional"] = False
    with pytest.raises(ValueError, match=r"'heads\.c' claims no trainable parameter"):
        build(model, **entries)


def test_constructor__optional_all_alone_is_one_wrapper():
    model = Model()
    del model.heads
    entry = {"optimizer": ADAM, "optional": True}
    optim = build(model, segmentor={"optimizer": SGD}, heads=entry)
    assert isinstance(optim, OptimWrapper)
    assert owned(optim) == ids(model.segmentor)


def test_constructor__prefix_is_whole_parts():
    model = Model()
    model.heads_extra = nn.Linear(2, 1)
    with pytest.raises(ValueError, match=r"2 trainable.*heads_extra\.weight"):
        build(model, segmentor={"optimizer": SGD}, heads={"optimizer": ADAM})


def test_constructor__one_entry_gives_a_plain_wrapper():
    model = Model()
    model.heads.requires_grad_(False)
    optim = build(model, segmentor={"optimizer": SGD}, heads=None)
    assert type(optim) is OptimWrapper
    assert owned(optim) == ids(model.segmentor)


def test_constructor__frozen_parameters_are_left_out():
    model = Model()
    model.segmentor["backbone"].weight.requires_grad_(False)
    optim = build(model, segmentor={"optimizer": SGD}, heads={"optimizer": ADAM})
    assert id(model.segmentor["backbone"].weight) not in owned(optim["segmentor"])


def test_lr_mults__one_group_per_factor_base_first():
    model = Model()
    mults = {"decode_head": 10.0, "auxiliary_head": 10.0, "backbone": None}
    optim = build(
        model,
        segmentor={"optimizer": SGD, "lr_mults": mults},
        heads={"optimizer": ADAM},
    )
    base, heads = optim["segmentor"].optimizer.param_groups
    assert [id(p) for p in base["params"]] == ids(model.segmentor["backbone"])
    assert (base["lr"], heads["lr"]) == (0.2, 2.0)
    assert base["momentum"] == heads["momentum"] == 0.9
    assert heads["name"] == "lr 2 (decode_head, auxiliary_head)"
    assert optim.get_lr()["segmentor.lr"][0] == 0.2


def test_lr_mults__longest_prefix_wins():
    model = Model()
    mults = {"decode_head": 10.0, "decode_head.bias": 20.0}
    optim = build(
        model,
        segmentor={"optimizer": SGD, "lr_mults": mults},
        heads={"optimizer": ADAM},
    )
    groups = optim["segmentor"].optimizer.param_groups
    assert [g["lr"] for g in groups] == [0.2, 2.0, 4.0]
    assert groups[2]["params"] == [model.segmentor["decode_head"].bias]


BOTH = {"segmentor": {"optimizer": SGD}, "heads": {"optimizer": ADAM}}


def with_mults(optimizer=SGD, **mults):
    return {**BOTH, "segmentor": {"optimizer": optimizer, "lr_mults": mults}}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"segmentor": {"optimizer": SGD}}, r"4 trainable.*heads\.d_decode\.weight"),
        ({**BOTH, "haeds": {"optimizer": SGD}}, "no such module.*mean 'heads'"),
        ({**BOTH, "zzz": {"optimizer": SGD}}, "it has heads, segmentor"),
        (with_mults(decode_heed=2.0), "'decode_heed'.*mean 'decode_head'"),
        (with_mults(decode_head=0.0), r"must be > 0, got 0\.0"),
        (with_mults({"type": "SGD"}, decode_head=2.0), "but no lr"),
        ({**BOTH, "type": "OptimWrapper"}, "entry 'type' must be a dict.*type=None"),
        (
            {**BOTH, "optimizer": {"lr": 0.1}},
            r"set optim_wrapper\.segmentor\.optimizer\.lr or optim_wrapper\.heads",
        ),
        ({"heads": None}, "has no entry"),
        ({**BOTH, "paramwise_cfg": {}}, "takes no paramwise_cfg"),
    ],
)
def test_constructor__error(entries, message):
    with pytest.raises(ValueError, match=message):
        build(**entries)


def test_constructor__entry_of_frozen_parameters():
    model = Model()
    model.heads.requires_grad_(False)
    with pytest.raises(ValueError, match="all its parameters are frozen"):
        build(model, **BOTH)
