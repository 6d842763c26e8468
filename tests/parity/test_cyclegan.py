"""Image translation against CycleGAN's two-phase step and its equations, in float64."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmengine.optim import build_optim_wrapper
from references import build_method, total
from torch.testing import assert_close

SIZE = (32, 40)
SMALL = {
    f"heads.{name}.{key}": value
    for name in ("g_st", "g_ts")
    for key, value in (("channels", 4), ("num_blocks", 1))
} | {f"heads.{name}.channels": (4, 4) for name in ("d_s", "d_t")}
BYTES = dict(type="MultiDomainDataPreProcessor", mean=[127.5] * 3, std=[127.5] * 3)
GENERATORS = {"heads.g_st", "heads.g_ts"}
# a weight that varies: the entropy of the frozen segmentor on the target
ENTROPY = {
    "maps": dict(entropy=dict(type="EntropyMap", on="target")),
    "objectives.adversarial_ts.weight": dict(map="entropy"),
}


def make_model(**overrides):
    torch.manual_seed(0)
    segmentor = tiny_segmentor(aux=False)
    parts = {**SMALL, "data_preprocessor": BYTES, **overrides}
    return build_method("translation", segmentor, **parts).double()


def batch(seed=0):
    """Mean and std are 127.5, so that normalised images are those in [-1, 1]."""
    inputs, samples = make_batch(size=SIZE, num_images=1, seed=seed)
    return {k: v.double().clamp(-3, 3) / 3 for k, v in inputs.items()}, samples


def generator_terms(nets, s, t):
    """The translators' loss by objective, fakes for the discriminators."""
    g_st, g_ts, d_s, d_t = (nets[k] for k in ("g_st", "g_ts", "d_s", "d_t"))
    fake_t, fake_s = g_st(s), g_ts(t)
    terms = {
        "adversarial_st": (d_t(fake_t)[0] - 1).square().mean(),
        "adversarial_ts": (d_s(fake_s)[0] - 1).square().mean(),
        "cycle_source": 10 * (g_ts(fake_t) - s).abs().mean(),
        "cycle_target": 10 * (g_st(fake_s) - t).abs().mean(),
        "identity_source": 5 * (g_ts(s) - s).abs().mean(),
        "identity_target": 5 * (g_st(t) - t).abs().mean(),
    }
    return terms, fake_t.detach(), fake_s.detach()


def discriminator_loss(net, real, fake):
    return 0.5 * ((net(real)[0] - 1).square().mean() + net(fake)[0].square().mean())


def test_translation__equals_its_equations():
    model, (inputs, samples) = make_model(), batch()
    losses = model.loss(inputs, samples)
    s, t = inputs["source"], inputs["target"]
    terms, fake_t, fake_s = generator_terms(model.heads, s, t)
    for name, value in terms.items():
        assert_close(losses[f"{name}.loss_decode"], value, rtol=1e-9, atol=0)
    for name, net, real, fake in (
        ("adversarial_st", "d_t", t, fake_t),
        ("adversarial_ts", "d_s", s, fake_s),
    ):
        value = discriminator_loss(model.heads[net], real, fake)
        assert_close(losses[f"{name}.loss_d_decode"], value, rtol=1e-9, atol=0)


def test_translation__weight_is_resized_to_the_judgements():
    model, (inputs, samples) = make_model(**ENTROPY), batch()
    losses = model.loss(inputs, samples)
    with torch.no_grad():
        t = inputs["target"]
        feats = model.segmentor.extract_feat(t)
        logits = F.interpolate(
            model.segmentor.decode_head(feats),
            SIZE,
            mode="bilinear",
            align_corners=True,
        )
        p = logits.float().softmax(1).double()  # maps are float32
        entropy = -(p * p.log()).sum(1, keepdim=True) / math.log(NUM_CLASSES)
        judged = model.heads.d_s(model.heads.g_ts(t))[0]
        weight = F.interpolate(entropy, judged.shape[2:], mode="bilinear")
        expected = ((judged - 1).square() * weight).mean()
    assert judged.shape[2:] != SIZE
    ours = losses["adversarial_ts.loss_decode"].double()
    assert_close(ours, expected, rtol=1e-4, atol=0)
    plain = make_model().loss(inputs, samples)
    unweighted = plain["adversarial_ts.loss_d_decode"]  # by default D is not weighted
    assert_close(losses["adversarial_ts.loss_d_decode"], unweighted, rtol=1e-9, atol=0)


def test_translation__eq_12_may_weight_the_discriminator_too():
    both = {**ENTROPY, "objectives.adversarial_ts.weight_discriminator": True}
    model, (inputs, samples) = make_model(**both), batch()
    losses = model.loss(inputs, samples)
    d_s = model.heads.d_s
    fake = d_s(model.heads.g_ts(inputs["target"]))[0].detach()
    weight = model.step(inputs, samples).map("entropy").detach()
    weight = F.interpolate(weight[:, None], fake.shape[2:], mode="bilinear")
    real = (d_s(inputs["source"])[0] - 1).square().mean()
    expected = 0.5 * (real + (fake.square() * weight).mean())
    ours = losses["adversarial_ts.loss_d_decode"]
    assert_close(ours, expected.to(ours), rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("term", "trained"),
    [
        ("adversarial_st.loss_decode", {"heads.g_st"}),
        ("adversarial_st.loss_d_decode", {"heads.d_t"}),
        ("adversarial_ts.loss_decode", {"heads.g_ts"}),
        ("adversarial_ts.loss_d_decode", {"heads.d_s"}),
        ("cycle_source.loss_decode", GENERATORS),
        ("cycle_target.loss_decode", GENERATORS),
        ("identity_source.loss_decode", {"heads.g_ts"}),
        ("identity_target.loss_decode", {"heads.g_st"}),
        ("perceptual.loss_decode", {"heads.g_st"}),
    ],
)
def test_translation__gradient_routes(term, trained):
    perceptual = dict(type="SemanticConsistency", on="source_as_target", of="source")
    model = make_model(**ENTROPY, **{"objectives.perceptual": perceptual})
    model.loss(*batch())[term].backward()
    touched = {
        ".".join(name.split(".")[:2])
        for name, p in model.named_parameters()
        if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert touched == trained


@pytest.mark.parametrize("at", [None, "features", "image"])
def test_perceptual_loss__equals_its_equation(at):
    objective = dict(type="SemanticConsistency", on="source_as_target", of="source")
    objective |= {} if at is None else dict(at=at)
    model = make_model(**{"objectives.perceptual": objective})
    inputs, samples = batch()
    ours = model.loss(inputs, samples)["perceptual.loss_decode"]

    def normed(images):
        logits = model.segmentor.decode_head(model.segmentor.extract_feat(images))
        assert logits.shape[2:] == (5, 6)  # stride 8, ceil mode
        if at == "image":
            logits = F.interpolate(logits, SIZE, mode="bilinear", align_corners=True)
        out = torch.empty_like(logits)
        for n in range(len(logits)):
            for k in range(logits.shape[1]):
                z = logits[n, k]
                out[n, k] = (z - z.mean()) / (z.var(unbiased=False) + 1e-5).sqrt()
        return out

    translated = model.heads.g_st(inputs["source"])
    expected = (normed(translated) - normed(inputs["source"])).square().mean()
    assert expected > 0.01
    assert_close(ours.double(), expected, rtol=1e-4, atol=0)
    same = {"objectives.perceptual.on": "source"}
    model = make_model(**{"objectives.perceptual": objective} | same)
    assert model.loss(inputs, samples)["perceptual.loss_decode"] == 0


def test_translation__steps_equal_the_two_phases():
    """CycleGAN: translators first, then discriminators on the same fakes."""
    model = make_model()
    nets = copy.deepcopy(model.heads)
    joint = build_optim_wrapper(
        model,
        dict(
            constructor="UDAOptimWrapperConstructor",
            heads=dict(optimizer=dict(type="Adam", lr=2e-3, betas=(0.5, 0.999))),
        ),
    )
    of_generators, of_discriminators = (
        torch.optim.Adam(
            [p for name in names for p in nets[name].parameters()],
            lr=2e-3,
            betas=(0.5, 0.999),
        )
        for names in (("g_st", "g_ts"), ("d_s", "d_t"))
    )
    before = copy.deepcopy(nets.state_dict())
    for seed in range(4):
        inputs, samples = batch(seed)
        joint.update_params(total(model.loss(inputs, samples)))
        s, t = inputs["source"], inputs["target"]
        of_generators.zero_grad()
        terms, fake_t, fake_s = generator_terms(nets, s, t)
        sum(terms.values()).backward()
        of_generators.step()
        of_discriminators.zero_grad()
        loss = discriminator_loss(nets["d_t"], t, fake_t)
        (loss + discriminator_loss(nets["d_s"], s, fake_s)).backward()
        of_discriminators.step()
    for name, value in nets.state_dict().items():
        assert (value - before[name]).abs().max() > 1e-4
        assert_close(model.heads.state_dict()[name], value, rtol=0, atol=1e-9)


def test_translation__with_a_pool_the_discriminators_see_older_fakes():
    """CycleGAN's history, of two images here."""
    pools = {f"objectives.adversarial_{way}.pool_size": 2 for way in ("st", "ts")}
    model = make_model(**pools)
    kept = {"st": [], "ts": []}
    for seed in range(6):
        inputs, samples = batch(seed)
        torch.manual_seed(seed)
        losses = model.loss(inputs, samples)
        torch.manual_seed(seed)
        for way, net, real, fake in (
            ("st", "d_t", "target", model.heads.g_st(inputs["source"])),
            ("ts", "d_s", "source", model.heads.g_ts(inputs["target"])),
        ):
            shown, old = fake.detach(), kept[way]
            chance, place = torch.rand(1, 2)[0].tolist()
            if len(old) < 2:
                old.append(shown)
            elif chance > 0.5:
                index = int(2 * place)
                shown, old[index] = old[index], shown
            expected = discriminator_loss(model.heads[net], inputs[real], shown)
            ours = losses[f"adversarial_{way}.loss_d_decode"]
            assert_close(ours, expected, rtol=1e-9, atol=0)
            fooled = (model.heads[net](fake)[0] - 1).square().mean()
            ours = losses[f"adversarial_{way}.loss_decode"]  # always of the new ones
            assert_close(ours, fooled, rtol=1e-9, atol=0)
    assert model.objectives.adversarial_st.pool.count == 2
    names = model.state_dict()
    assert "objectives.adversarial_st.pool.images" in names


def test_translation__each_image_is_translated_once(monkeypatch):
    model = make_model()
    calls = []
    for name in ("g_st", "g_ts"):
        net = model.heads[name]
        forward = net.forward
        monkeypatch.setattr(
            net, "forward", lambda x, f=forward, n=name: (calls.append(n), f(x))[1]
        )
    model.loss(*batch())
    # there, back, and the other domain's own images
    assert sorted(calls) == ["g_st"] * 3 + ["g_ts"] * 3


def test_translation__frozen_segmentor_is_unchanged_by_a_step():
    model = make_model(**ENTROPY)
    before = copy.deepcopy(model.segmentor.state_dict())
    wrapper = build_optim_wrapper(
        model,
        dict(
            constructor="UDAOptimWrapperConstructor",
            heads=dict(optimizer=dict(type="Adam", lr=2e-4)),
        ),
    )
    wrapper.update_params(total(model.loss(*batch())))
    for name, value in model.segmentor.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_image_adversarial__shares_no_weight_that_is_not_there():
    with pytest.raises(ValueError, match="weight_discriminator=True needs a weight"):
        make_model(**{"objectives.adversarial_ts.weight_discriminator": True})


def test_translation__state_dict_round_trips():
    model, other = make_model(), make_model()
    for parameter in model.parameters():
        parameter.data += 1
    other.load_state_dict(model.state_dict())
    assert_close(dict(other.state_dict()), dict(model.state_dict()))
