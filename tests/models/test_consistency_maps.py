"""Region- and image-level maps and their combinations: ranges, routes, the schedule."""

import math

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch import nn
from torch.testing import assert_close

from mmseg_uda.layers import call_reversed, grad_reverse
from mmseg_uda.models.maps import (
    CombinedMap,
    ImageConsistencyMap,
    RegionConsistencyMap,
)
from mmseg_uda.models.objectives import MinimaxMap
from mmseg_uda.models.segmentors.wiring import build_parts
from mmseg_uda.models.views import DomainView
from mmseg_uda.structures import Step

KINDS, T = 6, 100


class Told(nn.Module):
    """A region head that says what it is given, scaled."""

    def __init__(self, logits):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.logits = logits

    def forward(self, x, size):
        return self.logits * self.scale + 0 * x.sum()


class Judge(nn.Module):
    """A discriminator of given logits for label 1."""

    def __init__(self, logits):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.logits = torch.as_tensor(logits)

    def forward(self, x):
        return [self.logits * self.scale + 0 * x.sum()]


def step_with(heads, iteration=0, maps=None):
    model = MODELS.build(tiny_segmentor()).train()
    inputs, samples = make_batch()
    views = {name: DomainView(name) for name in inputs}
    return Step(
        model, inputs, samples, views, heads, maps or {}, iteration, max_iters=T
    )


def random_logits(scale=3.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(2, KINDS, 3, 4, generator=generator)


def adaptive_map(**options):
    return RegionConsistencyMap("c", decay=dict(end_iters=T, power=0.9), **options)


@pytest.mark.parametrize("scale", [0.0, 1.0, 5.0, 300.0])
@pytest.mark.parametrize("iteration", [0, 30, T, 2 * T])
def test_region_map__range(scale, iteration):
    step = step_with({"c": Told(random_logits(scale))}, iteration)
    value = adaptive_map()(step, "decode")
    assert value.shape == (2, 3, 4)
    assert torch.isfinite(value).all()
    assert (value >= 0).all()
    assert (value <= math.log(KINDS) / KINDS + 1e-6).all()


def test_region_map__at_the_end_is_the_entropy_over_n():
    logits = random_logits()
    p = logits.double().softmax(1)
    entropy = -(p * p.log()).sum(1)
    for iteration in (T, T + 50):
        step = step_with({"c": Told(logits)}, iteration)
        value = adaptive_map()(step, "decode")
        assert_close(value.double(), entropy / KINDS, rtol=1e-5, atol=1e-7)
    plain = RegionConsistencyMap("c")(step_with({"c": Told(logits)}), "decode")
    assert_close(plain, value)


def test_region_map__early_it_counts_terms_above_the_average_only():
    logits = random_logits()
    p = logits.double().softmax(1)
    h = -p * p.log()
    value = adaptive_map()(step_with({"c": Told(logits)}, 0), "decode")
    expected = torch.where(h > h.mean(), h - h.mean(), 0.0).sum(1) / KINDS
    assert_close(value.double(), expected, rtol=1e-5, atol=1e-7)
    later = adaptive_map()(step_with({"c": Told(logits)}, 40), "decode")
    assert (later >= value).all()
    assert (later > value).any()


def test_region_map__threshold_passes_no_gradient():
    """Of a prediction whose every term counts, the gradient is the entropy's."""
    logits = torch.zeros(2, KINDS, 3, 4).requires_grad_()
    heads = {"c": Told(logits + 1e-3 * random_logits())}
    adaptive_map()(step_with(heads, T // 2), "decode").sum().backward()
    other = torch.zeros(2, KINDS, 3, 4).requires_grad_()
    heads = {"c": Told(other + 1e-3 * random_logits())}
    RegionConsistencyMap("c")(step_with(heads), "decode").sum().backward()
    assert_close(logits.grad, other.grad)
    assert logits.grad.abs().max() > 0


def test_region_map__literal_form_is_the_printed_one():
    logits = random_logits()
    p = logits.double().softmax(1)
    p_log_p = p * p.log()
    for iteration in (0, 40, T):
        step = step_with({"c": Told(logits)}, iteration)
        value = adaptive_map(literal=True)(step, "decode")
        r = p_log_p.mean() * max(0, 1 - iteration / T) ** 0.9
        expected = -torch.maximum(p_log_p - r, torch.zeros(())).sum(1) / KINDS
        assert_close(value.double(), expected, rtol=1e-4, atol=1e-7)
        assert (value <= 0).all()
    assert not value.any()  # at the end nothing is left, which is why it is no default


def test_region_map__literal_threshold_passes_gradient():
    ours, theirs = (random_logits().requires_grad_() for _ in range(2))
    step = step_with({"c": Told(ours)}, 40)
    adaptive_map(literal=True)(step, "decode").sum().backward()
    p = theirs.double().softmax(1)
    r = (p * p.log()).mean() * 0.6**0.9
    (-(p * p.log() - r).clamp(min=0).sum(1) / KINDS).sum().backward()
    assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("scale", "low", "high"), [(0.01, -1, -0.7), (8, 0.99, 1)])
def test_region_map__gradient_beside_that_of_entropy(scale, low, high):
    """With lambda_R = 1: opposite where all is nearly uniform, else about the same."""
    ours, theirs = (random_logits(scale).requires_grad_() for _ in range(2))
    adaptive_map()(step_with({"c": Told(ours)}, 0), "decode").sum().backward()
    p = theirs.double().softmax(1)
    (-p * p.log()).sum().backward()
    cosine = torch.cosine_similarity(ours.grad.flatten(), theirs.grad.flatten(), dim=0)
    assert low < cosine < high + 1e-6


@pytest.mark.parametrize("ascends", [False, True])
def test_region_map__who_descends(ascends):
    logits = random_logits().requires_grad_()
    head = Told(logits)
    value = RegionConsistencyMap("c", head_ascends=ascends)
    value(step_with({"c": head}), "decode").sum().backward()
    # a larger scale makes the prediction peakier, so the plain gradient is negative
    assert (head.scale.grad.item() > 0) == ascends
    plain = random_logits().requires_grad_()
    RegionConsistencyMap("c")(step_with({"c": Told(plain)}), "decode").sum().backward()
    assert_close(logits.grad, plain.grad)


def test_call_reversed__is_a_gradient_reversal_layer_for_minus_the_loss():
    torch.manual_seed(0)
    layer, x = nn.Linear(3, 2), torch.randn(4, 3, requires_grad=True)
    call_reversed(layer, x).square().sum().backward()
    ours = [p.grad.clone() for p in (layer.weight, layer.bias, x)]
    for p in (layer.weight, layer.bias, x):
        p.grad = None
    (-layer(grad_reverse(x)).square().sum()).backward()
    assert_close(ours, [layer.weight.grad, layer.bias.grad, x.grad])


def test_image_map__is_one_minus_log_source_probability():
    logits = torch.tensor([[[[0.0, 2.0], [-2.0, 50.0]]]]).requires_grad_()
    judge = Judge(logits)
    value = ImageConsistencyMap("c")(step_with({"c": judge}), "decode")
    expected = torch.tensor([[[1.6931472, 1.1269280], [3.1269280, 1.0]]])
    assert_close(value, expected)
    value.sum().backward()
    assert logits.grad.any()
    assert judge.scale.grad is None
    swapped = ImageConsistencyMap("c", source_label=0)
    assert_close(swapped(step_with({"c": Judge(-logits)}), "decode"), value)


@pytest.mark.parametrize("sees", ["softmax", "self_information", "feature"])
def test_image_map__judges_what_it_is_told_to(sees):
    class Mean(nn.Module):
        def forward(self, x):
            self.seen = x
            return [x.mean(1, keepdim=True)]

    step = step_with({"c": Mean()})
    value = ImageConsistencyMap("c", sees=sees)(step, "decode")
    view = step.view("target")
    p = view.logits("decode").double().softmax(1)
    k = p.shape[1]
    expected = {
        "softmax": p,
        "self_information": -p * p.log() / math.log(k),
        "feature": view.feats[-1].double(),
    }[sees]
    assert_close(step.heads["c"].seen.double(), expected, rtol=1e-4, atol=1e-6)
    source = 1 / (1 + (-expected.mean(1)).exp())
    assert_close(value.double(), 1 - source.log(), rtol=1e-4, atol=1e-6)


def test_image_map__refuses_several_scales():
    class Two(Judge):
        def forward(self, x):
            return super().forward(x) * 2

    with pytest.raises(ValueError, match="one scale, 'c' has 2"):
        ImageConsistencyMap("c")(step_with({"c": Two([[[[0.0]]]])}), "decode")


class Fixed(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.values = torch.tensor(values)

    def forward(self, step, seg_head):
        return self.values


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("product", [2.0, 5.0, 10.5, 16.0]),
        ("mean", [1.5, 2.25, 3.25, 4.0]),
        ("sum", [3.0, 4.5, 6.5, 8.0]),
    ],
)
def test_combined_map__on_the_finest_grid(how, expected):
    maps = {"a": Fixed([[[1.0, 2.0, 3.0, 4.0]]]), "b": Fixed([[[2.0, 4.0]]])}
    value = CombinedMap(["a", "b"], how)(step_with({}, maps=maps), "decode")
    # b at the four centres: 2, 2.5, 3.5, 4
    assert_close(value, torch.tensor([[expected]]))


def test_combined_map__of_one_is_that_map():
    maps = {"a": Fixed([[[1.0, 2.0]]])}
    for how in ("product", "mean", "sum"):
        value = CombinedMap(["a"], how)(step_with({}, maps=maps), "decode")
        assert_close(value, maps["a"].values)


def model_with(maps, **objectives):
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux=False),
            maps=maps,
            objectives=dict(source=dict(type="Supervised"), **objectives),
        )
    )


ENTROPY = dict(type="EntropyMap")


@pytest.mark.parametrize(
    ("maps", "objective", "message"),
    [
        (
            dict(a=ENTROPY, b=dict(type="CombinedMap", maps=["a", "c"], how="mean")),
            dict(type="MinimizeMap", map="b"),
            "map 'b' uses map 'c'",
        ),
        (
            dict(
                a=dict(type="CombinedMap", maps=["b", "b"], how="mean"),
                b=dict(type="CombinedMap", maps=["a", "a"], how="mean"),
            ),
            dict(type="MinimizeMap", map="a"),
            "map 'a' is made of itself: a -> b -> a",
        ),
        (
            dict(a=dict(type="RegionConsistencyMap", head="c_smal")),
            dict(type="MinimizeMap", map="a"),
            "map 'a' uses head 'c_smal'",
        ),
        (
            dict(a=ENTROPY),
            dict(type="MinimaxMap", maps=["a"]),
            "large: EntropyMap has none. Name a RegionConsistencyMap, or",
        ),
    ],
)
def test_wiring__of_maps(maps, objective, message):
    with pytest.raises(ValueError, match=message):
        model_with(maps, other=objective)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CombinedMap([], "mean"), r"needs a list of maps, got \[\]"),
        (lambda: CombinedMap("ab", "mean"), "needs a list of maps, got 'ab'"),
        (lambda: CombinedMap(5, "mean"), "needs a list of maps, got 5"),
        (lambda: CombinedMap(["a", "b"], "max"), "unknown how 'max'"),
        (lambda: RegionConsistencyMap("c", sees="probs"), "unknown sees 'probs'"),
        (lambda: ImageConsistencyMap("c", sees="probs"), "unknown sees 'probs'"),
        (
            lambda: ImageConsistencyMap("c", source_label=2),
            "unknown source_label 2",
        ),
        (lambda: MinimaxMap([]), "at least one map"),
    ],
)
def test_options__out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(source_label=0), "'image' and objective 'il_al' .*source_label=0, .* 1"),
        (dict(sees="softmax"), "share head 'c_image', .*sees='softmax', .*'feature'"),
    ],
)
def test_wiring__map_that_reads_a_head_as_it_is_not_trained(options, message):
    il_al = dict(
        type="Adversarial",
        discriminators=dict(decode="c_image"),
        sees="feature",
        source_label=1,
        weight=dict(map="image"),
    )

    def build(**options):
        judge = dict(type="PixelDiscriminator", in_channels=32, padding=2)
        image = dict(type="ImageConsistencyMap", head="c_image", **options)
        return MODELS.build(
            dict(
                type="UDASegmentor",
                segmentor=tiny_segmentor(aux=False),
                heads=dict(c_image=judge),
                maps=dict(image=image),
                objectives=dict(source=dict(type="Supervised"), il_al=il_al),
            )
        )

    build()
    with pytest.raises(ValueError, match=message):
        build(**options)
    il_al["gan"] = "lsgan"  # M_image takes the output for a logit
    with pytest.raises(ValueError, match=r"'image' .*gan='bce', .* 'lsgan'"):
        build()


def test_maps__of_heads_that_see_the_fused_prediction():
    """CLAN's one discriminator, and a region head on what it sees, in float64."""
    logits = dict(type="RegionClassification", head="c", labels="r", on="source")
    fool = dict(type="Adversarial", discriminators=dict(fused="d"), source_label=0)
    fused = dict(fused=1.0)
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux_weight=0.7),
            heads=dict(
                c=dict(type="RegionHead", in_channels=5, num_regions=4, channels=6),
                d=dict(type="PixelDiscriminator", in_channels=5, channels=(4, 4)),
            ),
            maps=dict(
                region=dict(type="RegionConsistencyMap", head="c", sees="softmax"),
                image=dict(
                    type="ImageConsistencyMap", head="d", sees="softmax", source_label=0
                ),
                both=dict(type="CombinedMap", maps=["region", "image"], how="product"),
            ),
            objectives=dict(
                source=dict(type="Supervised", loss_weight=dict(decode=1.0, aux=0.5)),
                told=dict(logits, loss_weight=fused),
                fool=dict(fool, loss_weight=fused, weight=dict(map="region")),
                both=dict(type="MinimizeMap", map="both", loss_weight=fused),
            ),
        )
    )
    inputs, samples = make_batch(size=(64, 64), regions=dict(source=dict(r=(2, 1, 4))))
    losses = model.loss(inputs, samples)
    model.double()
    view = inputs["target"].double()
    feats = model.extract_feat(view)
    z = [
        torch.nn.functional.interpolate(
            head(feats), (64, 64), mode="bilinear", align_corners=True
        )
        for head in (model.decode_head, model.auxiliary_head)
    ]
    p = (z[0] + 0.7 * z[1]).softmax(1)
    told = model.heads.c(p, (64, 64)).softmax(1)
    region = -(told * told.log()).sum(1) / 4
    judged = model.heads.d(p)[0].squeeze(1)
    image = 1 - torch.log(1 - judged.sigmoid())
    region, image = (
        torch.nn.functional.interpolate(m[:, None], size=(8, 8), mode="bilinear")
        for m in (region, image)
    )
    expected = (region * image).mean()
    assert judged.shape[1:] == (8, 8)
    assert_close(losses["both.loss_fused"].double(), expected, rtol=1e-4, atol=1e-6)
    expected = (-torch.log(1 - judged.sigmoid()) * region[:, 0]).mean()
    assert_close(losses["fool.loss_fused"].double(), expected, rtol=1e-4, atol=1e-6)


def test_wiring__options_of_a_part_are_refused_by_its_name():
    maps = dict(a=ENTROPY)
    with pytest.raises(ValueError, match="objective 'm': loss_weight must be a number"):
        model_with(maps, m=dict(type="MinimizeMap", map="a", loss_weight=-1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(), r"map 'a' cannot be built as RegionConsistencyMap\(\): .* 'head'"),
        (dict(head="c", literal="no"), "map 'a': literal must be .*, got 'no'"),
        (dict(head="c", head_ascends=None), "map 'a': head_ascends must be .* None"),
    ],
)
def test_wiring__options_missing_or_of_the_wrong_kind(options, message):
    part = dict(type="RegionConsistencyMap", **options)
    with pytest.raises(ValueError, match=message):
        model_with(dict(a=part), m=dict(type="MinimizeMap", map="a"))


def test_wiring__flags_within_options():
    weight = dict(map="a", detach="no")
    message = "objective 'm': weight detach must be True or False, got 'no'"
    with pytest.raises(ValueError, match=message):
        model_with(dict(a=ENTROPY), m=dict(type="MinimizeMap", map="a", weight=weight))


@pytest.mark.parametrize("channels", [None, -1, "16"])
def test_wiring__head_of_impossible_channels_is_named(channels):
    head = dict(type="DilatedRegionHead", in_channels=channels, num_regions=6)
    message = r"head 'c' cannot be built as DilatedRegionHead\(in_channels=.* missing"
    with pytest.raises(ValueError, match=message):
        build_parts("head", dict(c=head), MODELS)
