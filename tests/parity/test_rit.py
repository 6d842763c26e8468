"""Regularised image translation against float64 references of MLAN's Eq. 11 and 12."""

import pytest
import torch
import torch.nn.functional as F
from helpers import make_batch, tiny_segmentor
from references import build_method
from test_cyclegan import BYTES
from test_cyclegan import SMALL as SMALL_TRANSLATORS
from test_mlan import GRIDS, KINDS, PATCHES, c_image, c_region, mean_one, resized
from test_mlan import SMALL as SMALL_CLASSIFIERS
from torch.testing import assert_close

SIZE = (64, 64)
WEIGHT = "objectives.adversarial_ts.weight"
#: Eq. 12 with its logarithms, both halves weighted, by the map as it is.
PRINTED = {
    "objectives.adversarial_ts.gan": "bce",
    "objectives.adversarial_ts.weight_discriminator": True,
    f"{WEIGHT}.norm": "none",
}


def make_model(**overrides):
    torch.manual_seed(3)
    parts = {**SMALL_TRANSLATORS, **SMALL_CLASSIFIERS, "data_preprocessor": BYTES}
    model = build_method("rit", tiny_segmentor(aux=False), **parts, **overrides)
    for level in PATCHES:  # leave the start, where all is nearly uniform
        for conv in model.heads[f"c_{level}"].conv2d_list:
            conv.weight.data.mul_(1000)
    for name, factor in (("c_image", 5), ("d_s", 3)):
        for p in model.heads[name].parameters():
            p.data.mul_(factor)
    return model.double()


def batch():
    """Mean and std are 127.5, so that normalised images are those in [-1, 1]."""
    inputs, samples = make_batch(size=SIZE)
    return {k: v.double().clamp(-3, 3) / 3 for k, v in inputs.items()}, samples


def multi_level_map(model, target):
    """Eq. 7 with lambda_R = 0, and Eq. 11: (N, 8, 8)."""
    e = model.extract_feat(target)[-1]
    told = {level: c_region(model, level, e) for level in PATCHES}
    unsure = [-(p * p.log()).sum(1) / KINDS for p in told.values()]
    m_region = sum(resized(m, GRIDS["small"]) for m in unsure) / 3
    return m_region * resized(1 - c_image(model, e).log(), GRIDS["small"])


def judged(model, images):
    return model.heads.d_s(images)[0][:, 0]


def test_multi_map__is_the_product_of_both_levels():
    model, (inputs, samples) = make_model(), batch()
    ours = model.step(inputs, samples).map("multi").double()
    expected = multi_level_map(model, inputs["target"])
    assert_close(ours, expected, rtol=1e-4, atol=1e-7)
    assert ours.std() > 0.05 * ours.mean()  # it weights indeed


def test_rit__weights_the_fooling_of_target_as_source():
    model, (inputs, samples) = make_model(), batch()
    losses = model.loss(inputs, samples)
    fake = model.heads.g_ts(inputs["target"])
    weight = mean_one(multi_level_map(model, inputs["target"]))
    fooled = (judged(model, fake) - 1).square()
    weight = resized(weight, fooled.shape[1:])
    ours = losses["adversarial_ts.loss_decode"].double()
    assert_close(ours, (fooled * weight).mean(), rtol=1e-4, atol=0)
    assert not torch.isclose(ours, fooled.mean(), rtol=1e-3)
    real = judged(model, inputs["source"])
    apart = 0.5 * ((real - 1).square().mean() + judged(model, fake).square().mean())
    assert_close(losses["adversarial_ts.loss_d_decode"], apart, rtol=1e-6, atol=0)
    other = (model.heads.d_t(model.heads.g_st(inputs["source"]))[0] - 1).square()
    assert_close(losses["adversarial_st.loss_decode"], other.mean(), rtol=1e-6, atol=0)


def test_rit__as_printed():
    """E[log D(Xs)] + E[1 - log D(G(Xt))] x M_multi, D the probability of source."""
    model, (inputs, samples) = make_model(**PRINTED), batch()
    losses = model.loss(inputs, samples)
    log_fake = F.logsigmoid(judged(model, model.heads.g_ts(inputs["target"])))
    weight = multi_level_map(model, inputs["target"])
    weight = resized(weight, log_fake.shape[1:])
    # G: 1 - log D up to the 1, which has no gradient
    ours = losses["adversarial_ts.loss_decode"].double()
    assert_close(ours, (-log_fake * weight).mean(), rtol=1e-4, atol=0)
    log_real = F.logsigmoid(judged(model, inputs["source"]))
    log_not_fake = (1 - log_fake.exp()).log()
    apart = -0.5 * (log_real.mean() + (log_not_fake * weight).mean())
    ours = losses["adversarial_ts.loss_d_decode"].double()
    assert_close(ours, apart, rtol=1e-4, atol=0)


@pytest.mark.parametrize(
    ("term", "learns"),
    [("loss_decode", {"heads.g_ts"}), ("loss_d_decode", {"heads.d_s"})],
)
@pytest.mark.parametrize("detach", [True, False])
def test_rit__who_learns(term, learns, detach):
    """The map is of the target's own images, so that nothing learns through it."""
    model = make_model(**PRINTED, **{f"{WEIGHT}.detach": detach})
    model.loss(*batch())[f"adversarial_ts.{term}"].backward()
    got = {
        ".".join(name.split(".")[:2])
        for name, p in model.named_parameters()
        if p.grad is not None and p.grad.any()
    }
    assert got == learns
    told = model.objectives.adversarial_ts.discriminator_equation("decode")
    assert told.endswith("* stop_grad[multi_decode]")
