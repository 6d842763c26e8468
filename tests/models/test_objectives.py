"""Objectives: reductions, weights, gates, gradient routing."""

import math

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.decay import Decay
from mmseg_uda.models.losses import focal_map
from mmseg_uda.models.objectives import (
    Adversarial,
    BaseObjective,
    ImageAdversarial,
    MinimizeMap,
    PixelWeight,
    SoftSupervised,
    Supervised,
    WeightDiscrepancy,
)


def make_model(objectives, **parts):
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(),
            objectives=objectives,
            **parts,
        )
    ).train()


HEADS = dict(
    d_decode=dict(type="PixelDiscriminator", in_channels=5, channels=(4, 4)),
    d_aux=dict(type="PixelDiscriminator", in_channels=5, channels=(4, 4)),
)
SOURCE = dict(type="Supervised", loss_weight=dict(decode=1.0, aux=0.5))
ADVERSARIAL = dict(
    type="Adversarial",
    discriminators=dict(decode="d_decode", aux="d_aux"),
    loss_weight=dict(decode=0.1, aux=0.2),
)


def touched(model, loss):
    """Top-level modules that get a non-zero gradient from a loss."""
    model.zero_grad()
    loss.backward(retain_graph=True)
    names = set()
    for name, p in model.named_parameters():
        if p.grad is not None and p.grad.abs().sum() > 0:
            names.add(".".join(name.split(".")[:2]))
    return names


BACKBONE, DECODE, AUX = (
    "segmentor.backbone",
    "segmentor.decode_head",
    "segmentor.auxiliary_head",
)


def test_routing__as_a_table():
    model = make_model(
        dict(
            source=SOURCE,
            adversarial=ADVERSARIAL,
            lipschitz=dict(
                type="MinimizeMap",
                map="lipschitz",
                loss_weight=dict(decode=1.0, aux=0.2),
            ),
        ),
        heads=HEADS,
        maps=dict(lipschitz=dict(type="LipschitzMap")),
    )
    batch = make_batch(size=(64, 64))
    losses = model.loss(*batch)
    table = {
        "source.loss_decode": {BACKBONE, DECODE},
        "source.loss_aux": {BACKBONE, AUX},
        "adversarial.loss_decode": {BACKBONE, DECODE},
        "adversarial.loss_aux": {BACKBONE, AUX},
        "adversarial.loss_d_decode": {"heads.d_decode"},
        "adversarial.loss_d_aux": {"heads.d_aux"},
        "lipschitz.loss_decode": {BACKBONE, DECODE},
        "lipschitz.loss_aux": {BACKBONE, AUX},
    }
    assert {key for key in losses if "loss" in key} == set(table)
    for key, expected in table.items():
        assert touched(model, losses[key]) == expected, key


@pytest.mark.parametrize("detach", [True, False])
def test_weight__trains_the_map_only_if_not_detached(detach):
    """exp(-KL(other || self)) reaches the other head through the weight alone."""
    model = make_model(
        dict(
            source=SOURCE,
            pseudo=dict(
                type="Supervised",
                on="target",
                average="all",
                weight=dict(map="variance", link="exp_neg", detach=detach),
                loss_weight=dict(decode=1.0),
            ),
        ),
        maps=dict(
            variance=dict(
                type="HeadDivergenceMap", reference="other", detach_reference=False
            )
        ),
    )
    losses = model.loss(*make_batch())
    expected = {BACKBONE, DECODE} if detach else {BACKBONE, DECODE, AUX}
    assert touched(model, losses["pseudo.loss_decode"]) == expected


def test_supervised__averages_differ_by_the_ignored_share():
    batch = make_batch(ignored=0.5)
    valid, everything = (
        make_model(
            dict(source=dict(SOURCE, average=average)),
        )
        for average in ("valid", "all")
    )
    everything.load_state_dict(valid.state_dict())
    a = valid.loss(*batch)["source.loss_decode"]
    b = everything.loss(*batch)["source.loss_decode"]
    labels = torch.stack([s.gt_sem_seg.data for s in batch[1]["source"]])
    assert_close(b, a * (labels != 255).float().mean())


def test_supervised__unlabelled_view_is_a_clear_error():
    model = make_model(dict(source=SOURCE))
    with pytest.raises(ValueError, match="'source', whose images have no labels"):
        model.loss(*make_batch(labelled=()))


def test_begin_iters__counts_zero_before_and_full_after():
    objective = MinimizeMap("m", loss_weight=2.0, begin_iters=10)

    class FakeStep:
        iteration = 9

        def map(self, name, seg_head):
            return torch.full((1, 2, 2), 3.0, requires_grad=True)

    step = FakeStep()
    assert objective(step)["loss_decode"] == 0
    assert objective(step)["loss_decode"].requires_grad
    step.iteration = 10
    assert objective(step)["loss_decode"] == 6
    assert objective(step)["decode"] == 3


def test_several_scales__are_summed():
    class TwoScales(BaseObjective):
        def pixel_loss(self, step, seg_head):
            return [torch.full((1, 4, 4), 1.0), torch.full((1, 2, 2), 2.0)]

    class FakeStep:
        iteration = 0

        def map(self, name, seg_head):
            return torch.full((1, 8, 8), 0.5)

    assert TwoScales()(FakeStep())["loss_decode"] == 3
    weighted = TwoScales(weight=dict(map="m"))(FakeStep())
    assert_close(weighted["loss_decode"], torch.tensor(1.5))


def test_pixel_weight__links_and_range():
    class FakeStep:
        def map(self, name, seg_head):
            return torch.tensor([[[0.0, 1.0]]], requires_grad=True)

    weight = PixelWeight("m", link="exp_neg", detach=False)
    loss = torch.tensor([[[1.0, 2.0]]])
    weighted = weight(FakeStep(), "decode", loss)
    assert_close(weighted, torch.tensor([[[1.0, 0.73575888]]]))
    assert weighted.requires_grad
    assert not weight(FakeStep(), "decode", loss, detach=True).requires_grad
    assert not PixelWeight("m")(FakeStep(), "decode", loss).requires_grad


class FixedMap:
    """A step whose map has the given values."""

    iteration = 0

    def __init__(self, values):
        self.values = torch.tensor(values)

    def map(self, name, seg_head):
        return self.values


def test_pixel_weight__mean_one_per_image():
    weight = PixelWeight("m", norm="mean")
    step = FixedMap([[[0.01, 0.03]], [[0.0, 0.0]], [[5.0, 5.0]]])
    expected = torch.tensor([[[0.5, 1.5]], [[1.0, 1.0]], [[1.0, 1.0]]])
    assert_close(weight(step, "decode", torch.ones(3, 1, 2)), expected)
    assert weight.equation("decode") == "stop_grad[m_decode / mean]"


def test_pixel_weight__resizes_the_weight_or_the_loss():
    fine = FixedMap([[[1.0, 2.0, 3.0, 4.0]]])
    coarse = torch.tensor([[[10.0, 20.0]]])
    assert PixelWeight("m")(fine, "decode", coarse).shape == (1, 1, 2)
    # the centres of four cells in terms of two: -0.25, 0.25, 0.75, 1.25, kept inside
    expected = torch.tensor([[[10.0, 12.5 * 2, 17.5 * 3, 20.0 * 4]]])
    weighted = PixelWeight("m", resize="loss")(fine, "decode", coarse)
    assert_close(weighted, expected)


def test_zero_weight_map__is_the_plain_loss():
    """With zero noise LCRF is plain mean cross-entropy, and its L_lip exactly 0."""
    segmentor = tiny_segmentor(dropout=0.3)
    pseudo = dict(type="Supervised", on="target", average="all")
    lipschitz = dict(type="LipschitzMap", noise=dict(eps=0.0))
    both = dict(decode=1.0, aux=0.5)
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=segmentor,
            maps=dict(lipschitz=lipschitz),
            objectives=dict(
                pseudo=dict(
                    pseudo,
                    loss_weight=both,
                    weight=dict(map="lipschitz", link="exp_neg", detach=False),
                ),
                lipschitz=dict(type="MinimizeMap", map="lipschitz", loss_weight=both),
            ),
        )
    ).train()
    inputs, samples = make_batch(domains=("target",), ignored=0.0)
    torch.manual_seed(5)
    losses = model.loss(inputs, samples)
    torch.manual_seed(5)
    view = model.step(inputs, samples).view("target")
    for seg_head, factor in both.items():
        plain = torch.nn.functional.cross_entropy(view.logits(seg_head), view.labels)
        assert_close(losses[f"pseudo.loss_{seg_head}"], factor * plain)
        assert losses[f"lipschitz.loss_{seg_head}"] == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Supervised(average="some"), "unknown average 'some'"),
        (lambda: Supervised(loss_weight={}), "loss_weight must be a number"),
        (lambda: MinimizeMap("m", begin_iters=-5), "iterations >= 0, got -5"),
        (lambda: MinimizeMap("m", begin_iters="late"), "got 'late'"),
        (lambda: Supervised(loss_weight=dict(decode="1")), "loss_weight must be"),
        (lambda: PixelWeight("m", link="exp"), "unknown weight link 'exp'"),
        (lambda: Adversarial(dict(aux="d")), "'decode' has a loss_weight but no"),
        (lambda: Supervised(focal_gamma=-1), "focal_gamma must be >= 0, got -1"),
        (lambda: Supervised(decay=dict(end_iters=0)), "decay needs end_iters > 0"),
        (
            lambda: Adversarial(dict(decode="d"), weight_discriminator=True),
            "weight_discriminator=True needs a weight",
        ),
        (
            lambda: WeightDiscrepancy(weight=dict(map="m")),
            "WeightDiscrepancy has no pixels",
        ),
        (
            lambda: Adversarial(dict(decode="d"), loss_weight=dict(decod=1)),
            "'decod' has a loss_weight but no .* mean 'decode'",
        ),
        (lambda: Adversarial(dict(decode="d"), gan="wgan"), "unknown gan 'wgan'"),
        (lambda: Adversarial(dict(decode="d"), sees="rgb"), "unknown sees 'rgb'"),
        (lambda: Adversarial(dict(decode="d"), source_label=2), "source_label 2"),
        (
            lambda: ImageAdversarial("d", "target", "fake", sees="feature"),
            "ImageAdversarial takes no 'sees', got 'feature': it judges images",
        ),
        (
            lambda: ImageAdversarial("d", "target", "fake", through="c"),
            "takes no 'through', got 'c'",
        ),
        (lambda: SoftSupervised(focal_gamma=2.0), "takes no focal_gamma, got 2.0"),
        (lambda: Supervised(loss_weight=[1, 2]), r"loss_weight must be .*\[1, 2\]"),
        (
            lambda: Adversarial(dict(decode="d"), discriminator_weight=-0.5),
            "discriminator_weight must be a number >= 0, got -0.5",
        ),
        (
            lambda: Adversarial(dict(decode="d"), gradient_penalty="1"),
            "gradient_penalty must be a number >= 0, got '1'",
        ),
        (lambda: PixelWeight("m", scale="2"), "weight scale must be a number, got '2'"),
        (lambda: PixelWeight("m", offset=math.nan), "weight offset must be a number"),
        (lambda: PixelWeight("m", begin_iters=-1), "begin_iters .* >= 0, got -1"),
        (lambda: Supervised(weight="m"), "weight must be a dict .*map.* got 'm'"),
        (
            lambda: Supervised(weight=dict(mapp="m")),
            "weight has no option 'mapp'; it takes: map, .* Did you mean 'map'",
        ),
        (lambda: Supervised(weight=dict(scale=2)), "weight needs the option 'map'"),
        (lambda: Supervised(decay=0.9), "decay must be a dict .*end_iters.* got 0.9"),
        (lambda: Supervised(decay=dict(end_iters="9")), "end_iters='9'"),
        (lambda: Supervised(class_balance={}), "class_balance needs .*'num_classes'"),
    ],
)
def test_objectives__errors_name_the_value(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_supervised__mrnets_released_options_equal_a_loop():
    """Class weights, then the hardest fifth, then the mean by weight, in float64."""
    model = make_model(
        dict(
            source=dict(
                SOURCE,
                class_balance=dict(num_classes=5, min_share=0.15),
                keep_hardest=0.2,
            )
        )
    )
    inputs, samples = make_batch(ignored=0.3)
    loss = model.loss(inputs, samples)["source.loss_decode"]

    labels = torch.cat([s.gt_sem_seg.data for s in samples["source"]])
    view = model.step(inputs, samples).view("source")
    p = view.logits("decode").double().softmax(1)
    weights = [
        7.0 if (labels == c).sum() < 0.15 * labels.numel() else 1.0 for c in range(5)
    ]
    values, counts = [], []
    for y, probs in zip(
        labels.flatten(), p.permute(0, 2, 3, 1).flatten(0, 2), strict=True
    ):
        weight = 0.0 if y == 255 else weights[y]
        counts.append(weight)
        values.append(0.0 if y == 255 else -weight * probs[y].log().item())
    values, counts = torch.tensor(values).double(), torch.tensor(counts).double()
    kept = values >= torch.quantile(values, 0.8)
    expected = values[kept].sum() / counts[kept].sum()
    assert_close(loss.double(), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_supervised__keep_hardest_out_of_range(share):
    with pytest.raises(ValueError, match=r"keep_hardest must be in \(0, 1\]"):
        Supervised(keep_hardest=share)


def test_decay__falls_from_one_to_zero():
    assert [Decay(100)(i) for i in (0, 25, 100, 150)] == [1.0, 0.75, 0.0, 0.0]
    assert Decay(100, power=0.9)(50) == pytest.approx(0.5**0.9)
    assert Decay(100, power=0.9).equation() == "(1 - i/100)^0.9"


def test_decay__scales_what_is_minimised_and_not_what_is_logged():
    objective = MinimizeMap(
        "m", loss_weight=2.0, begin_iters=10, decay=dict(end_iters=100)
    )

    class FakeStep:
        iteration = 50

        def map(self, name, seg_head):
            return torch.full((1, 2, 2), 3.0)

    step = FakeStep()
    assert objective(step) == {"loss_decode": 3, "decode": 3}
    step.iteration = 9
    assert objective(step)["loss_decode"] == 0
    # lambda 1 as well shows the plain value, which is not the term
    objective = MinimizeMap("m", decay=dict(end_iters=18))
    assert objective(step) == {"loss_decode": 1.5, "decode": 3}


def test_pixel_weight__scale_offset_and_beginning():
    class FakeStep:
        iteration = 4

        def map(self, name, seg_head):
            return torch.tensor([[[0.0, 0.25]]], requires_grad=True)

    step = FakeStep()
    weight = PixelWeight("m", scale=40, offset=0.4, begin_iters=5)
    ones = torch.ones(1, 1, 2)
    assert_close(weight(step, "decode", ones), ones)
    step.iteration = 5
    assert_close(weight(step, "decode", ones), torch.tensor([[[0.4, 10.4]]]))
    assert weight.equation("fused") == "(0.4 + 40 * stop_grad[m_fused])"


def test_supervised__focal_by_hand():
    # p_y = 0.5: (1 - 0.5)^2 * log 2; p_y = 1: 0; an ignored pixel: 0
    log_probs = torch.tensor([[0.5, 1.0, 0.5], [0.5, 0.0, 0.5]]).log()[None, :, None]
    labels = torch.tensor([[[0, 0, 255]]])
    expected = torch.tensor([[[0.25 * 0.6931472, 0.0, 0.0]]])
    assert_close(focal_map(log_probs, labels, 2.0), expected)
    cross_entropy = torch.tensor([[[0.6931472, 0.0, 0.0]]])
    assert_close(focal_map(log_probs, labels, 0.0), cross_entropy)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_focal_map__is_bounded_as_in_clans_code(dtype):
    # logits of +-60: p_y = exp(-120) is taken for 1e-9, so (1 - 1e-9)^2 * 20.7233; and
    # of a gap of 20, just below the bound: p = 1 / (1 + e^20), -log p = 20 + 2e-9
    logits = torch.tensor([[-60.0, 60.0, 0.0], [60.0, -60.0, 20.0]], dtype=dtype)
    logits = logits.view(1, 2, 1, 3).requires_grad_()
    labels = torch.zeros(1, 1, 3, dtype=torch.long)
    value = focal_map(logits.log_softmax(1), labels, 2.0)
    assert_close(value, torch.tensor([[[20.7232658, 0.0, 20.0]]], dtype=dtype))
    value.sum().backward()
    gradient = logits.grad[0, 0, 0]
    assert torch.isfinite(gradient).all()
    # nothing beyond the bound; below it, d/dz_y of -log p is -(1 - p) = -1
    assert_close(
        gradient, torch.tensor([0.0, 0.0, -1.0], dtype=dtype), atol=1e-6, rtol=0
    )


def test_focal_map__unsaturated_pixels_are_as_they_were():
    logits = torch.randn(2, 19, 8, 8, generator=torch.Generator().manual_seed(0))
    log_probs, labels = logits.log_softmax(1), torch.zeros(2, 8, 8, dtype=torch.long)
    cross_entropy = -log_probs[:, 0]
    unbounded = (-torch.expm1(-cross_entropy)) ** 2.0 * cross_entropy
    assert torch.equal(focal_map(log_probs, labels, 2.0), unbounded)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_map__gradient_is_finite_for_sure_pixels(gamma):
    logits = torch.tensor([[80.0, -80.0], [-80.0, 80.0]])[None, :, None]
    logits.requires_grad_()
    labels = torch.tensor([[[0, 0]]])
    focal_map(logits.log_softmax(1), labels, gamma).sum().backward()
    assert torch.isfinite(logits.grad).all()


def alike(**overrides):
    """Two heads that read the same features."""
    segmentor = tiny_segmentor(aux_weight=1.0, **overrides)
    segmentor["auxiliary_head"] = dict(segmentor["decode_head"])
    return segmentor


def test_weight_discrepancy__by_hand_and_by_route():
    objectives = dict(
        source=SOURCE, apart=dict(type="WeightDiscrepancy", loss_weight=0.02)
    )
    model = MODELS.build(
        dict(type="UDASegmentor", segmentor=alike(), objectives=objectives)
    )
    batch = make_batch()
    loss = model.loss(*batch)
    assert touched(model, loss["apart.loss_decode"]) == {DECODE, AUX}
    aux = model.segmentor.auxiliary_head
    aux.load_state_dict(model.segmentor.decode_head.state_dict())
    assert_close(model.loss(*batch)["apart.loss_decode"], torch.tensor(0.04))
    for p in aux.parameters():
        p.data.neg_()
    opposite = model.loss(*batch)["apart.loss_decode"]
    assert_close(opposite, torch.tensor(0.0), atol=1e-7, rtol=0)


FUSED_ADVERSARY = dict(
    type="Adversarial",
    discriminators=dict(fused="d_fused"),
    loss_weight=dict(fused=0.1),
    weight=dict(map="cosine", detach=False),
    weight_discriminator=True,
)
FUSED_HEADS = dict(
    d_fused=dict(
        type="PixelDiscriminator", in_channels=5, channels=(4, 4), upsample=True
    )
)


def test_fused__routes_to_both_heads_and_the_discriminator_alone():
    model = make_model(
        dict(source=SOURCE, adversarial=FUSED_ADVERSARY),
        heads=FUSED_HEADS,
        maps=dict(cosine=dict(type="HeadCosineMap")),
    )
    losses = model.loss(*make_batch(size=(64, 64)))
    fool, learn = losses["adversarial.loss_fused"], losses["adversarial.loss_d_fused"]
    assert touched(model, fool) == {BACKBONE, DECODE, AUX}
    assert touched(model, learn) == {"heads.d_fused"}  # though the weight has gradient


@pytest.mark.parametrize(
    ("objectives", "maps", "message"),
    [
        (
            dict(apart=dict(type="WeightDiscrepancy")),
            {},
            "of one architecture and read features of equal width",
        ),
        (
            dict(m=dict(type="MinimizeMap", map="m", loss_weight=dict(fused=1.0))),
            dict(m=dict(type="LipschitzMap")),
            "map 'm' for the fused prediction; LipschitzMap is defined for single",
        ),
    ],
)
def test_wiring__heads_that_do_not_fit(objectives, maps, message):
    with pytest.raises(ValueError, match=message):
        make_model(dict(source=SOURCE, **objectives), maps=maps)


def test_wiring__an_objective_on_the_fused_prediction_trains_both_heads():
    fused = dict(type="Supervised", loss_weight=dict(fused=1.0))
    make_model(dict(source=fused))
    segmentor = tiny_segmentor(aux_weight=0.0)
    with pytest.raises(ValueError, match="'aux': used by no objective"):
        MODELS.build(
            dict(
                type="UDASegmentor", segmentor=segmentor, objectives=dict(source=fused)
            )
        )
