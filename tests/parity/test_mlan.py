"""CR-AL against float64 references of the MLAN paper's equations, and who learns what.

Written from Eq. 2 to 10 with the signs that the text asks for: h = -p log p,
L_ent = 1/N sum_n max(h - R', 0), M_image = 1 - log P(source), weights detached, that
of M_region of mean 1 in each image, losses as means.
"""

import math

import pytest
import torch
import torch.nn.functional as F
from helpers import make_batch, tiny_segmentor
from mmengine.config import Config
from mmengine.logging import MessageHub
from references import METHODS, build_method, cross_entropy, upsample
from torch.testing import assert_close

from mmseg_uda.engine.optim import UDAOptimWrapperConstructor

SIZE, KINDS = (64, 64), 6
PATCHES = {"small": (8, 8), "medium": (16, 16), "large": (32, 16)}
GRIDS = {"small": (8, 8), "medium": (4, 4), "large": (2, 4)}
REGION, ENT, IMAGE = 5e-3, 1e-3, 1e-3
SMALL = {
    f"heads.c_{level}.{key}": value
    for level, patch in PATCHES.items()
    for key, value in dict(
        in_channels=32, num_regions=KINDS, patch_size=patch, dilations=(1, 2)
    ).items()
} | {"heads.c_image.in_channels": 32, "heads.c_image.channels": (4, 5)}
HALFWAY = dict(iter=125_000, max_iters=250_000)  # lambda_R = 0.5 ** 0.9


@pytest.fixture
def halfway():
    hub = MessageHub.get_current_instance()
    for key, value in HALFWAY.items():
        hub.update_info(key, value)
    yield
    for key in HALFWAY:
        hub.runtime_info.pop(key)


def build(method="cr_al", **overrides):
    torch.manual_seed(3)
    small = {
        key: value
        for key, value in SMALL.items()
        if method == "cr_al" or ("image" in key) == (method == "il_al")
    }
    model = build_method(method, tiny_segmentor(aux=False), **small, **overrides)
    flat = [model.segmentor.decode_head]
    flat += [h for name, h in model.heads.items() if name != "c_image"]
    for head in flat:  # leave the start, where all is nearly uniform
        for conv in head.conv2d_list:
            conv.weight.data.mul_(5)
    return model


def batch():
    labels = {f"region_{level}": (*grid, KINDS) for level, grid in GRIDS.items()}
    return make_batch(size=SIZE, regions={"source": labels}, seed=1)


def pooled(z, grid):
    """Mean over each cell of a grid that need not divide the map, as loops."""
    out = z.new_zeros(*z.shape[:2], *grid)
    for i in range(grid[0]):
        for j in range(grid[1]):
            rows = slice(
                i * z.shape[2] // grid[0], math.ceil((i + 1) * z.shape[2] / grid[0])
            )
            columns = slice(
                j * z.shape[3] // grid[1], math.ceil((j + 1) * z.shape[3] / grid[1])
            )
            out[:, :, i, j] = z[:, :, rows, columns].mean((2, 3))
    return out


def c_region(model, level, e):
    z = 0
    for d, conv in zip((1, 2), model.heads[f"c_{level}"].conv2d_list, strict=True):
        weight, bias = conv.weight.double(), conv.bias.double()
        z = z + F.conv2d(e, weight, bias, padding=d, dilation=d)
    return pooled(z, GRIDS[level]).softmax(1)


def c_image(model, e):
    """P(source), (N, 3, 3)."""
    convolutions = [m for m in model.heads["c_image"].layers if hasattr(m, "weight")]
    for index, conv in enumerate(convolutions):
        e = F.leaky_relu(e, 0.2) if index else e
        e = F.conv2d(e, conv.weight.double(), conv.bias.double(), 2, 2)
    return pooled(e, (3, 3))[:, 0].sigmoid()


def l_ent(p):
    """(N, I, J)."""
    h = -p * p.log()
    threshold = 0.5**0.9 * h.mean().detach()
    return (h - threshold).clamp(min=0).sum(1) / KINDS


def resized(m, size):
    return F.interpolate(m[:, None], size, mode="bilinear")[:, 0]


def mean_one(m):
    return m / m.mean((1, 2), keepdim=True)


def reference(model, inputs, samples):
    """Every loss of Eq. 10 by name, each in float64 and with its full graph."""
    net = model.segmentor
    feats = {x: net.extract_feat(images) for x, images in inputs.items()}
    e = {x: f[-1].double() for x, f in feats.items()}
    p = upsample(net.decode_head(feats["source"])).softmax(1)
    y = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    terms = {"seg": cross_entropy(p, y).sum() / (y != 255).sum(), "region": 0}
    unsure = {}
    for level in PATCHES:
        told = c_region(model, level, e["source"])
        kinds = torch.cat(
            [s.get(f"gt_region_region_{level}").data for s in samples["source"]]
        )
        ce = cross_entropy(told, kinds)
        terms["region"] = terms["region"] + ce.sum() / (kinds != 255).sum()
        unsure[level] = l_ent(c_region(model, level, e["target"]))
    m_region = sum(resized(m, GRIDS["small"]) for m in unsure.values()) / 3
    m_region = mean_one(m_region.detach())
    source, target = c_image(model, e["source"]), c_image(model, e["target"])
    m_image = (1 - target.log()).detach()
    terms["ent"] = sum(
        (m * resized(m_image, GRIDS[level])).mean() for level, m in unsure.items()
    )
    fooled, told_apart = -target.log(), -(1 - target).log()
    terms["fool"] = (resized(fooled, GRIDS["small"]) * m_region).mean()
    terms["tell_apart"] = 0.5 * (
        -source.log().mean() + (resized(told_apart, GRIDS["small"]) * m_region).mean()
    )
    return terms


def parameters(model):
    return {
        "E": list(model.segmentor.backbone.parameters()),
        "C_seg": list(model.segmentor.decode_head.parameters()),
        "C_region": [
            p for level in PATCHES for p in model.heads[f"c_{level}"].parameters()
        ],
        "C_image": list(model.heads["c_image"].parameters()),
    }


def gradients(loss, of):
    grads = torch.autograd.grad(loss, of, retain_graph=True, allow_unused=True)
    return torch.cat(
        [
            (torch.zeros_like(p) if g is None else g).flatten()
            for p, g in zip(of, grads, strict=True)
        ]
    )


def separate_objectives(terms):
    """What each module minimises by Eq. 10."""
    return {
        "E": terms["seg"]
        + REGION * terms["region"]
        + ENT * terms["ent"]
        + IMAGE * terms["fool"],
        "C_seg": terms["seg"],
        "C_region": REGION * terms["region"] - ENT * terms["ent"],
        "C_image": terms["tell_apart"],
    }


def test_cr_al__values_equal_the_equations(halfway):
    model = build()
    losses = model.loss(*batch())
    terms = reference(model, *batch())
    ours = {
        "seg": losses["source.loss_decode"],
        "region": sum(losses[f"region_{x}.loss_decode"] for x in PATCHES) / REGION,
        "ent": losses["rl_al.loss_decode"] / ENT,
        "fool": losses["il_al.loss_decode"] / IMAGE,
        "tell_apart": losses["il_al.loss_d_decode"],
    }
    for name, value in ours.items():
        assert_close(value.double(), terms[name], rtol=1e-4, atol=1e-6, msg=name)


def test_cr_al__one_backward_is_the_four_minimisations_of_eq_10(halfway):
    model = build()
    joint = sum(v for k, v in model.loss(*batch()).items() if "loss" in k)
    each = separate_objectives(reference(model, *batch()))
    for name, of in parameters(model).items():
        ours, expected = gradients(joint, of), gradients(each[name], of)
        assert expected.abs().max() > 0
        scale = expected.abs().max().item()
        assert_close(ours, expected, rtol=2e-3, atol=1e-4 * scale, msg=name)


def test_cr_al__one_step_of_its_schedule_is_the_four_steps(halfway):
    """SGD for E, and at ten times the rate for C_seg and C_region; Adam for C_image."""
    cfg = Config.fromfile(METHODS.parent / "schedules" / "mlan_250k.py")
    optim = {k: v for k, v in cfg.optim_wrapper.items() if k != "constructor"}
    model = build()
    before = {k: [p.detach().clone() for p in v] for k, v in parameters(model).items()}
    each = separate_objectives(reference(model, *batch()))
    expected = {k: gradients(each[k], of) for k, of in parameters(model).items()}
    wrapper = UDAOptimWrapperConstructor(optim)(model)
    wrapper.update_params(
        sum(v for k, v in model.loss(*batch()).items() if "loss" in k)
    )
    rates = {"E": 2.5e-4, "C_seg": 2.5e-3, "C_region": 2.5e-3}
    for name, after in parameters(model).items():
        start = torch.cat([p.flatten() for p in before[name]])
        end = torch.cat([p.detach().flatten() for p in after])
        if name == "C_image":  # Adam's first step: the rate, against the sign
            gradient = expected[name]
            clear = gradient.abs() > 1e-4 * gradient.abs().max()
            step = -1e-4 * gradient.sign()
            assert_close((end - start)[clear], step[clear], rtol=0.02, atol=1e-6)
            continue
        step = -rates[name] * (expected[name] + 1e-4 * start)
        scale = step.abs().max().item()
        # float32 keeps a parameter near 1 to 6e-8
        assert_close(end - start, step, rtol=5e-3, atol=2e-4 * scale + 1e-7, msg=name)
        assert scale > 1e-6


# term -> who descends (-), ascends (+), gets nothing (0)
ROUTES = [
    ("source.loss_decode", dict(E="-", C_seg="-", C_region="0", C_image="0")),
    ("region_small.loss_decode", dict(E="-", C_seg="0", C_region="-", C_image="0")),
    ("rl_al.loss_decode", dict(E="-", C_seg="0", C_region="+", C_image="0")),
    ("il_al.loss_decode", dict(E="-", C_seg="0", C_region="0", C_image="0")),
    ("il_al.loss_d_decode", dict(E="0", C_seg="0", C_region="0", C_image="-")),
]
REFERENCE_OF = {
    "source.loss_decode": "seg",
    "region_small.loss_decode": "region",
    "rl_al.loss_decode": "ent",
    "il_al.loss_decode": "fool",
    "il_al.loss_d_decode": "tell_apart",
}


@pytest.mark.parametrize(("term", "routes"), ROUTES)
def test_cr_al__gradient_routes(halfway, term, routes):
    model = build()
    loss = model.loss(*batch())[term]
    plain = reference(model, *batch())[REFERENCE_OF[term]]
    for name, of in parameters(model).items():
        ours, natural = gradients(loss, of), gradients(plain, of)
        cosine = F.cosine_similarity(ours.double(), natural.double(), dim=0).item()
        got = "0" if not ours.any() else "-" if cosine > 0 else "+"
        assert got == routes[name], (name, cosine)


def test_regularized_rl_al__c_image_trains_and_nobody_is_fooled(halfway):
    fool = {"objectives.il_al.fool": False, "objectives.il_al.weight": None}
    fool["objectives.il_al.weight_discriminator"] = False
    model = build(**fool)
    losses = model.loss(*batch())
    assert "il_al.loss_decode" not in losses
    of = parameters(model)
    assert gradients(losses["il_al.loss_d_decode"], of["C_image"]).any()
    assert not gradients(losses["il_al.loss_d_decode"], of["E"]).any()


def test_regularized_il_al__region_labels_teach_c_region_only(halfway):
    changes = {f"objectives.region_{level}.head_only": True for level in PATCHES}
    model = build(**changes, **{"objectives.rl_al": None})
    loss = sum(v for k, v in model.loss(*batch()).items() if k.startswith("region_"))
    of = parameters(model)
    assert gradients(loss, of["C_region"]).any()
    assert not gradients(loss, of["E"]).any()


@pytest.mark.parametrize(
    ("method", "terms"),
    [
        ("rll", {"seg", "region"}),
        ("rl_al", {"seg", "region", "plain_ent"}),
        ("il_al", {"seg", "plain_fool", "plain_tell_apart"}),
    ],
)
def test_single_levels__equal_their_equations(halfway, method, terms):
    model = build(method)
    losses = model.loss(*batch())
    net = model.segmentor
    inputs, _ = batch()
    e = {x: net.extract_feat(images)[-1].double() for x, images in inputs.items()}
    if "plain_ent" in terms:
        expected = sum(l_ent(c_region(model, x, e["target"])).mean() for x in PATCHES)
        ours = losses["rl_al.loss_decode"] / ENT
        assert_close(ours.double(), expected, rtol=1e-4, atol=1e-6)
    if "plain_fool" in terms:
        source, target = c_image(model, e["source"]), c_image(model, e["target"])
        ours = losses["il_al.loss_decode"] / IMAGE
        assert_close(ours.double(), -target.log().mean(), rtol=1e-4, atol=1e-6)
        expected = -0.5 * (source.log().mean() + (1 - target).log().mean())
        ours = losses["il_al.loss_d_decode"]
        assert_close(ours.double(), expected, rtol=1e-4, atol=1e-6)
    names = {name.split(".")[0] for name in losses}
    assert ("rl_al" in names) == ("plain_ent" in terms)
    assert ("il_al" in names) == ("plain_fool" in terms)
    assert ("region_small" in names) == ("region" in terms)


def test_cr_al__each_pass_is_made_once(halfway):
    model = build()
    calls = dict.fromkeys(["backbone", "c_small", "c_image"], 0)

    def count(name):
        def hook(*_):
            calls[name] += 1

        return hook

    model.segmentor.backbone.register_forward_hook(count("backbone"))
    model.heads["c_small"].register_forward_hook(count("c_small"))
    model.heads["c_image"].register_forward_hook(count("c_image"))
    model.loss(*batch())
    # C_image: frozen on the target for both fooling and M_image, and twice for itself
    assert calls == {"backbone": 2, "c_small": 2, "c_image": 3}
