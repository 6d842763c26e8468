"""PatchAlign against a float64 reference of its equations, and its gradient routes.

Written from the equations: pooled probabilities, two convolutions, a cross-entropy over
the patches with a mode, and per-patch logits of the domain.
"""

import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, add_regions, make_batch, tiny_segmentor
from references import build_method, cross_entropy, upsample
from torch.testing import assert_close

SIZE, PATCH, MODES = (64, 64), (16, 8), 6
GRID = (4, 8)
SOURCE, TARGET = 0, 1
D, G, L = 0.01, 0.0005, 0.0001
SMALL = {
    "heads.h_patch.patch_size": PATCH,
    "heads.h_patch.num_regions": MODES,
    "heads.h_patch.channels": 7,
    "heads.d_patch.in_channels": MODES,
    "heads.d_patch.channels": (5, 4),
}


def build():
    torch.manual_seed(3)
    model = build_method("patchalign", tiny_segmentor(aux=False), **SMALL)
    for p in model.segmentor.decode_head.parameters():  # leave the flat start
        p.data.mul_(30)
    return model


def batch():
    return make_batch(
        size=SIZE, regions={"source": {"patch_modes": (*GRID, MODES)}}, seed=1
    )


def pooled(p):
    """Mean of each patch, as loops."""
    out = p.new_zeros(*p.shape[:2], *GRID)
    for i in range(GRID[0]):
        for j in range(GRID[1]):
            rows = slice(i * PATCH[0], (i + 1) * PATCH[0])
            columns = slice(j * PATCH[1], (j + 1) * PATCH[1])
            out[:, :, i, j] = p[:, :, rows, columns].mean((2, 3))
    return out


def layers(x, sequence):
    """Convolutions with LeakyReLU(0.2) between, in float64."""
    convolutions = [m for m in sequence if isinstance(m, torch.nn.Conv2d)]
    for index, conv in enumerate(convolutions):
        x = F.leaky_relu(x, 0.2) if index else x
        weight, bias = conv.weight.double(), conv.bias.double()
        x = F.conv2d(x, weight, bias, conv.stride, conv.padding)
    return x


def bce(logits, label):
    """-log sigmoid of the logit for label 1, of its negative for label 0."""
    return F.softplus(-logits if label else logits).mean()


def reference(model, inputs, samples):
    net = model.segmentor
    p = {}
    for domain, images in inputs.items():
        p[domain] = upsample(net.decode_head(net.extract_feat(images))).softmax(1)
    f = {x: layers(pooled(p[x]), model.heads["h_patch"].layers).softmax(1) for x in p}
    labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    modes = torch.cat([s.gt_region_patch_modes.data for s in samples["source"]])
    source = cross_entropy(p["source"], labels).sum() / (labels != 255).sum()
    told = cross_entropy(f["source"], modes).sum() / (modes != 255).sum()
    terms = {"source.loss_decode": source, "patch_modes.loss_decode": D * told}
    for name, head, seen, weight in (
        ("adversarial", "d_decode", p, G),
        ("adversarial_patch", "d_patch", f, L),
    ):
        d = model.heads[head].layers
        terms[f"{name}.loss_decode"] = weight * bce(layers(seen["target"], d), SOURCE)
        terms[f"{name}.loss_d_decode"] = 0.5 * (
            bce(layers(seen["source"].detach(), d), SOURCE)
            + bce(layers(seen["target"].detach(), d), TARGET)
        )
    return terms


def test_patchalign__equals_its_equations():
    model = build()
    inputs, samples = batch()
    modes = torch.cat([s.gt_region_patch_modes.data for s in samples["source"]])
    assert 0 < (modes == 255).sum() < modes.numel()
    losses = {k: v for k, v in model.loss(inputs, samples).items() if "loss" in k}
    expected = reference(model, inputs, samples)
    assert set(losses) == set(expected)
    for key, value in expected.items():
        assert_close(losses[key].double(), value, rtol=1e-4, atol=1e-9, msg=key)


def test_patchalign__gradients_equal_those_of_its_equations():
    """Of the two terms that pass through the head, with respect to all they train."""
    model = build()
    inputs, samples = batch()
    ours, expected = model.loss(inputs, samples), reference(model, inputs, samples)
    trained = {
        n: p
        for n, p in model.named_parameters()
        if "h_patch" in n or "decode_head" in n
    }
    for key in ("patch_modes.loss_decode", "adversarial_patch.loss_decode"):
        grads = [
            torch.autograd.grad(losses[key], trained.values(), retain_graph=True)
            for losses in (ours, expected)
        ]
        for name, a, b in zip(trained, *grads, strict=True):
            scale = b.abs().max().item()
            assert scale > 0, name
            assert_close(a, b, rtol=1e-2, atol=1e-3 * scale, msg=f"{key} {name}")


BACKBONE, DECODE = "segmentor.backbone", "segmentor.decode_head"


@pytest.mark.parametrize(
    ("term", "trained"),
    [
        ("source.loss_decode", {BACKBONE, DECODE}),
        ("patch_modes.loss_decode", {BACKBONE, DECODE, "heads.h_patch"}),
        ("adversarial.loss_decode", {BACKBONE, DECODE}),
        ("adversarial.loss_d_decode", {"heads.d_decode"}),
        ("adversarial_patch.loss_decode", {BACKBONE, DECODE, "heads.h_patch"}),
        ("adversarial_patch.loss_d_decode", {"heads.d_patch"}),
    ],
)
def test_patchalign__gradient_routes(term, trained):
    model = build()
    model.loss(*batch())[term].backward()
    touched = {
        ".".join(name.split(".")[:2])
        for name, p in model.named_parameters()
        if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert touched == trained


def test_patchalign__each_pass_is_made_once():
    model, calls = build(), []
    model.heads["h_patch"].register_forward_hook(lambda *_: calls.append(1))
    model.loss(*batch())
    assert len(calls) == 2  # source and target


def test_region_classification__all_ignored_counts_nothing():
    model = build()
    inputs, samples = batch()
    for sample in samples["source"]:
        sample.gt_region_patch_modes.data.fill_(255)
    assert model.loss(inputs, samples)["patch_modes.loss_decode"] == 0


@pytest.mark.parametrize(
    ("grid", "size", "said"),
    [
        (None, SIZE, "labelled 'patch_modes' in view 'source', which has none"),
        ((4, 4), SIZE, r"\(4, 4\), head 'h_patch' tells \(4, 8\)"),
        (GRID, (60, 64), "must not be padded"),
    ],
)
def test_region_classification__wrong_labels(grid, size, said):
    model = build()
    inputs, samples = make_batch(size=SIZE)
    for sample in samples["source"] if grid else ():
        add_regions(sample, "patch_modes", grid, MODES, size, torch.Generator())
    with pytest.raises(ValueError, match=said):
        model.loss(inputs, samples)


def test_through__names_a_head_that_exists():
    with pytest.raises(ValueError, match=r"uses head 'h_pach'.*mean 'h_patch'"):
        build_method(
            "patchalign",
            tiny_segmentor(aux=False),
            **{"objectives.adversarial_patch.through": "h_pach"},
        )


def test_classes__are_those_of_the_toy_network():
    assert build().heads["h_patch"].layers[0].in_channels == NUM_CLASSES
