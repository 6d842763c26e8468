import copy

import pytest
import torch
from tiny_norms import all_at_once, build, images_of, statistics_of, write_images
from torch import nn
from torch.testing import assert_close

from mmseg_uda.statistics import StatisticsOptions, adapt_statistics
from mmseg_uda.statistics.norm_layers import batch_norms


@pytest.fixture
def images(tmp_path):
    return images_of(write_images(tmp_path / "images"))


def adapted(images, model=None, **options):
    model = model or build()
    adapt_statistics(model, images, StatisticsOptions(**options))
    return statistics_of(model)


@pytest.mark.parametrize("batch_size", [1, 2, 5])
@pytest.mark.parametrize("norm", ["BN", "SyncBN"])
def test_exact__is_the_reference_whatever_the_batches(images, batch_size, norm):
    model = build(norm)
    expected = all_at_once(model, images)
    found = adapted(images, model, exact=True, batch_size=batch_size)
    assert found.keys() == expected.keys()
    assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_one_pass__is_exact_if_one_batch_holds_all(images):
    model = build()
    expected = all_at_once(model, images)
    assert_close(adapted(images, model), expected, rtol=1e-5, atol=1e-6)


def test_first_layer__keeps_the_variance_between_images_of_batches_of_one(images):
    model = build()
    first = {k: v for k, v in all_at_once(model, images).items() if ".bn1." in k[:14]}
    assert len(first) == 2
    found = adapted(images, model, batch_size=1)
    for key, value in first.items():  # nothing is normalised in front of it
        assert_close(found[key], value, rtol=1e-6, atol=1e-7)
    within = [
        adapted(images_of(images.root, [i]), build())["backbone.bn1.running_var"]
        for i in range(len(images))
    ]
    mean_within = torch.stack(within).mean(0)
    assert found["backbone.bn1.running_var"].sum() > 2 * mean_within.sum()


@pytest.mark.parametrize("exact", [False, True])
def test_order_and_workers__do_not_matter(images, exact):
    expected = adapted(images, batch_size=2, exact=exact)
    shuffled = images_of(images.root, [3, 0, 4, 1, 2])
    found = adapted(shuffled, batch_size=2, exact=exact)
    assert_close(found, expected, rtol=1e-12, atol=0)
    model = build()
    options = StatisticsOptions(batch_size=2, exact=exact)
    adapt_statistics(model, images, options, num_workers=2)
    assert_close(statistics_of(model), expected, rtol=1e-12, atol=0)


def test_source__has_no_say(images):
    model = build()
    expected = adapted(images)
    for norm in batch_norms(model).values():
        norm.running_mean.fill_(9.0)
        norm.running_var.fill_(0.01)
        norm.num_batches_tracked.fill_(10**9)
    assert_close(adapted(images, model), expected, rtol=1e-12, atol=0)
    assert all(n.num_batches_tracked == 5 for n in batch_norms(model).values())


def test_all_else__stays_bit_for_bit(images):
    model = build()
    model.train()
    model.backbone.layer1.eval()
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    adapt_statistics(model, images)
    assert torch.equal(torch.get_rng_state(), state)
    assert model.training
    assert not model.backbone.layer1.training
    changed = {
        k for k, v in model.state_dict().items() if not torch.equal(v, before[k])
    }
    assert {k.rpartition(".")[2] for k in changed} == {
        "running_mean", "running_var", "num_batches_tracked",
    }  # fmt: skip


def test_blend__is_a_share_of_means_and_variances(images):
    model = build()
    source = statistics_of(model)
    target = adapted(images, build())
    found = adapted(images, model, blend=0.25)
    for key in ("backbone.bn1.running_mean", "backbone.bn1.running_var"):
        expected = 0.25 * source[key] + 0.75 * target[key]
        assert_close(found[key], expected, rtol=1e-6, atol=1e-7)


def test_frozen_batch_norm__is_adapted_too(images):
    trained, frozen = build(), build(norm_eval=True).train()
    assert not frozen.backbone.bn1.training
    assert_close(adapted(images, frozen), adapted(images, trained), rtol=0, atol=0)


class FrozenElsewhere(nn.Module):
    """What torchvision and detectron2 have: four buffers, no parameter."""

    def __init__(self, norm):
        super().__init__()
        self.eps = norm.eps
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, getattr(norm, name).detach().clone())

    def forward(self, x):
        shape = (1, -1, 1, 1)
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale.view(shape) + shift.view(shape)


def test_frozen_layers_of_others__are_batch_norms(images):
    model = build()
    expected = adapted(images)
    model.backbone.bn1 = FrozenElsewhere(model.backbone.bn1)
    model.backbone.add_module("bn1", model.backbone.bn1)
    model.backbone.norm1_name = "bn1"
    assert_close(adapted(images, model), expected, rtol=1e-5, atol=1e-6)


def test_instance_norm__is_none():
    network = nn.Sequential(
        nn.InstanceNorm2d(2, track_running_stats=True),
        nn.BatchNorm2d(2, track_running_stats=False),
        nn.BatchNorm2d(2),
    )
    assert list(batch_norms(network)) == ["2"]


def test_layers__can_be_chosen(images):
    model = build()
    source = statistics_of(model)
    found = adapted(images, model, layers=["backbone.*"])
    changed = {k.split(".")[0] for k, v in found.items() if not v.equal(source[k])}
    assert changed == {"backbone"}
    with pytest.raises(ValueError, match=r"'bakbone\.\*', which fits none of the 7"):
        adapted(images, layers=["bakbone.*"])


@pytest.mark.parametrize("mode", ["whole", "slide"])
def test_slide__sees_the_windows_that_inference_sees(images, mode):
    cfg = dict(mode=mode, crop_size=(8, 8), stride=(8, 4))
    model = build(test_cfg=cfg)
    moved, kept, _ = adapt_statistics(model, images, StatisticsOptions(exact=True))
    assert not kept
    windows = 2 if mode == "slide" else 1  # of 8 x 8 pixels, each halved
    sides = 4 * 4 if mode == "slide" else 4 * 6
    assert next(iter(moved)).values == 5 * windows * sides


def test_pooling_to_one_pixel__is_counted_once_an_image(images, tmp_path):
    head = dict(
        type="ASPPHead", in_channels=4, in_index=0, channels=4, dilations=(1,),
        num_classes=3, norm_cfg=dict(type="BN"),
    )  # fmt: skip
    model = build(aux=False, decode_head=head)
    moved, kept, _ = adapt_statistics(model, images, StatisticsOptions(batch_size=1))
    assert not kept
    values = {layer.layer: layer.values for layer in moved}
    pooled = "decode_head.image_pool.1.bn"
    assert values[pooled] == 5
    # a single image has no variance there: it keeps what it had, and says so
    model = build(aux=False, decode_head=head)
    before = statistics_of(model)
    one = images_of(write_images(tmp_path / "one", 1))
    _, kept, warnings = adapt_statistics(model, one)
    assert kept == [pooled]
    assert any(f"given a single value: {pooled}" in told for told in warnings)
    for key in (f"{pooled}.running_mean", f"{pooled}.running_var"):
        assert torch.equal(statistics_of(model)[key], before[key])


def test_no_batch_norm__is_an_error(images):
    with pytest.raises(ValueError, match="no batch norm with running statistics"):
        adapted(images, build("GN"))


def test_numbers_that_are_not_finite__leave_the_model_alone(images):
    model = build()
    nn.init.constant_(model.backbone.layer1[0].conv1.weight, float("inf"))
    before = statistics_of(model)
    with pytest.raises(ValueError, match=r"backbone\.layer1\.0\.bn1.*Nothing was"):
        adapted(images, model)
    assert_close(statistics_of(model), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (dict(blend=1.0), "blend must be in"),
        (dict(blend=-0.1), "blend must be a number >= 0"),
        (dict(batch_size=0), "batch_size must be a whole number >= 1, got 0"),
        (dict(batch_size=True), "batch_size must be a whole number >= 1, got True"),
        (dict(exact="no"), "exact must be True or False, got 'no'"),
        (dict(layers="backbone.*"), "must be a list of patterns"),
        (dict(layers=[3]), r"must be a list of patterns .* got \[3\]"),
    ],
)
def test_options__out_of_range(wrong, told):
    with pytest.raises(ValueError, match=told):
        StatisticsOptions(**wrong)
