"""Noise in the worst direction: against the Fisher matrix, and what it leaves alone."""

import pytest
import torch
import torch.nn.functional as F
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.losses import kl_map
from mmseg_uda.models.maps import FeatureNoise, LipschitzMap
from mmseg_uda.models.maps.feature_noise import WORST
from mmseg_uda.models.maps.noise.worst_direction import worst_direction
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step

BN = dict(
    type="FCNHead",
    in_channels=32,
    in_index=1,
    channels=8,
    num_convs=1,
    num_classes=5,
    dropout_ratio=0.5,
    norm_cfg=dict(type="BN"),
)


def make_step(train=True, **segmentor):
    torch.manual_seed(0)
    model = MODELS.build(tiny_segmentor(**segmentor)).train(train)
    for conv in getattr(model.decode_head, "conv2d_list", ()):
        conv.weight.data.mul_(10)
    inputs, samples = make_batch()
    views = {name: DomainView(name) for name in inputs}
    return Step(model, inputs, samples, views, heads={}, maps={})


def noise(eps=0.2, **more):
    return dict(kind=WORST, unit="location", eps=eps, **more)


def test_worst_direction__is_the_top_eigenvector_of_the_fisher_matrix():
    """Linear head: KL(p || softmax(W (f + r))) = r' W' (diag p - p p') W r / 2 + ..."""
    torch.manual_seed(0)
    weight = torch.randn(4, 6, dtype=torch.float64)
    feats = torch.randn(2, 6, 2, 3, dtype=torch.float64)

    def log_probs(f):
        return torch.einsum("kc,nchw->nkhw", weight, f).log_softmax(dim=1)

    (found,) = worst_direction(
        start=[torch.randn_like(feats)],
        bounds=[1e-2],
        divergence=lambda r: kl_map(log_probs(feats), log_probs(feats + r[0])),
        steps=300,
        xi=0.01,
    )
    probs = log_probs(feats).exp()
    for n in range(2):
        for h in range(2):
            for w in range(3):
                p = probs[n, :, h, w]
                fisher = weight.T @ (torch.diag(p) - torch.outer(p, p)) @ weight
                top = torch.linalg.eigh(fisher).eigenvectors[:, -1]
                cosine = F.cosine_similarity(found[n, :, h, w], top, dim=0)
                assert abs(cosine) == pytest.approx(1, abs=1e-4)


def test_worst_direction__stays_where_there_is_no_gradient():
    start = [torch.randn(1, 3, 1, 2)]
    looks_left = torch.tensor([1.0, 0.0])
    (found,) = worst_direction(
        start, [2.0], lambda r: (r[0] * looks_left).square().sum(1) * 1e-30, 3, 0.5
    )
    unit = start[0] / start[0].norm(dim=1, keepdim=True)
    assert_close(found[..., 1], 2 * unit[..., 1], rtol=1e-5, atol=0)
    assert_close(found.norm(dim=1), torch.full((1, 1, 2), 2.0), rtol=1e-5, atol=0)


@pytest.mark.parametrize("train", [True, False])
def test_worst_direction__is_worse_than_random_directions_of_its_norm(train):
    lips, step = {}, make_step(train)
    for name, options in {
        "random": dict(kind="l2_location", unit="location", eps=0.2),
        "one": noise(),
        "four": noise(power_steps=4),
    }.items():
        torch.manual_seed(1)
        lips[name] = LipschitzMap(noise=options, num_samples=4)(step, "decode")
    assert lips["one"].mean() > 2 * lips["random"].mean()
    assert lips["four"].mean() > lips["one"].mean()
    assert (lips["four"] >= lips["random"]).float().mean() > 0.9


@pytest.mark.parametrize("grad", ["grad", "no_grad", "inference"])
@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("head", [None, BN])
def test_worst_direction__in_all_surroundings(grad, autocast, head):
    modes = dict(
        grad=torch.enable_grad(), no_grad=torch.no_grad(), inference=None
    )  # inference mode begins before the features are made
    values = []
    for _ in range(2):
        segmentor = {} if head is None else dict(aux=False, decode_head=head)
        mode = modes[grad] or torch.inference_mode()
        step = make_step(train=grad == "grad", **segmentor)
        state = {k: v.clone() for k, v in step.segmentor.state_dict().items()}
        with mode, torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            step.view("target").logits("decode")
            ran = {k: v.clone() for k, v in step.segmentor.state_dict().items()}
            torch.manual_seed(5)
            lipschitz = LipschitzMap(noise=noise(power_steps=2), num_samples=2)
            values.append(lipschitz(step, "decode"))
        for key, value in step.segmentor.state_dict().items():
            assert torch.equal(value, ran[key]), key
            assert (
                "running" in key
                or "num_batches" in key
                or torch.equal(value, state[key])
            )
        assert all(p.grad is None for p in step.segmentor.parameters())
    assert torch.isfinite(values[0]).all()
    assert values[0].mean() > 0
    assert torch.equal(*values)  # a function of the seed
    assert values[0].requires_grad == (grad == "grad")


def test_worst_direction__bound_holds_under_autocast():
    feats = [torch.randn(2, 8, 3, 4).to(torch.float16)]

    def divergence(clean):
        assert clean[0].dtype == torch.float32
        assert not torch.is_autocast_enabled("cpu")
        return lambda noisy: (
            (noisy[0] - clean[0]).square() * torch.arange(8.0).view(1, 8, 1, 1)
        )

    with torch.autocast("cpu", torch.float16):
        (noisy,) = FeatureNoise(WORST, 64.0, "location").added_to(
            feats, [0], divergence=divergence
        )
    assert noisy.dtype == torch.float16
    # 64 times the features: those are lost in the sum's rounding, 2^-11 of it
    norm, bound = noisy.double().norm(dim=1), 64 * feats[0].double().norm(dim=1)
    assert (norm <= bound * (1 + 1 / 64 + 2**-11)).all()


def test_worst_direction__same_gradient_as_its_noise_held_fixed():
    """The search leaves no gradient: r is a constant of the map."""
    grads = []
    for fixed in (False, True):
        step = make_step()
        view = step.view("target")
        lipschitz = LipschitzMap(noise=noise(), num_samples=1)
        torch.manual_seed(2)
        if fixed:
            noisy = [f.detach() for f in lipschitz_feats(lipschitz, view)]
            r = [n - f.detach() for n, f in zip(noisy, view.feats, strict=True)]
            feats = [f + x for f, x in zip(view.feats, r, strict=True)]
            log_q = view.decode(feats, "decode").log_softmax(1)
            value = kl_map(view.log_probs("decode"), log_q)
        else:
            value = lipschitz(step, "decode")
        value.mean().backward()
        grads.append([p.grad for p in step.segmentor.parameters()])
    for one, other in zip(*grads, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert_close(one, other, rtol=1e-3, atol=1e-7)


def lipschitz_feats(lipschitz, view):
    """The noisy features that the map decodes."""
    seen, decode = [], view.decode
    view.decode = lambda feats, *args, **more: (
        seen.append(feats),
        decode(feats, *args, **more),
    )[1]
    lipschitz.perturbed_log_probs(view, "decode")
    del view.decode
    return seen[-1]
