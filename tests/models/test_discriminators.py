"""Both discriminators: sizes, layers, initial weights, errors."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

import mmseg_uda  # noqa: F401


@pytest.mark.parametrize(
    ("size", "expected"), [((512, 1024), (16, 32)), ((720, 1280), (22, 40))]
)
def test_pixel__published_sizes(size, expected):
    with torch.device("meta"):
        net = MODELS.build(dict(type="PixelDiscriminator", in_channels=19))
        outputs = net(torch.empty(1, 19, *size))
    assert [tuple(o.shape) for o in outputs] == [(1, 1, *expected)]


def test_pixel__is_five_convolutions_with_leaky_relu():
    torch.manual_seed(0)
    net = MODELS.build(dict(type="PixelDiscriminator", in_channels=3)).double()
    shapes = [tuple(p.shape) for n, p in net.named_parameters() if n.endswith("weight")]
    channels = [3, 64, 128, 256, 512, 1]
    assert shapes == [(o, i, 4, 4) for i, o in pairwise(channels)]
    x = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    expected = x
    convs = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    for i, conv in enumerate(convs):
        expected = F.conv2d(expected, conv.weight, conv.bias, stride=2, padding=1)
        if i < 4:
            expected = torch.where(expected > 0, expected, 0.2 * expected)
    torch.testing.assert_close(net(x)[0], expected)


@pytest.mark.parametrize(
    ("size", "expected"), [((65, 65), (3, 3)), ((65, 129), (3, 5))]
)
def test_pixel__mlans_sizes_on_features(size, expected):
    """Features of a crop of 512x512 and of a whole image of 512x1024, stride 8."""
    cfg = dict(type="PixelDiscriminator", in_channels=4, padding=2)
    with torch.device("meta"):
        plain, on_grid = MODELS.build(cfg), MODELS.build(dict(cfg, grid=(3, 3)))
        assert plain(torch.empty(2, 4, *size))[0].shape == (2, 1, *expected)
        assert on_grid(torch.empty(2, 4, *size))[0].shape == (2, 1, 3, 3)


def test_pixel__default_initial_weights():
    torch.manual_seed(5)
    net = MODELS.build(dict(type="PixelDiscriminator", in_channels=3))
    net.init_weights()
    torch.manual_seed(5)
    reference = nn.Conv2d(3, 64, 4, stride=2, padding=1)
    assert torch.equal(net.layers[0].weight, reference.weight)
    assert torch.equal(net.layers[0].bias, reference.bias)


@pytest.mark.parametrize(
    ("name", "size", "minimum"),
    [
        ("PixelDiscriminator", (31, 64), 32),
        ("MultiScaleDiscriminator", (64, 31), 32),
    ],
)
def test_discriminators__too_small_an_input_is_an_error(name, size, minimum):
    net = MODELS.build(dict(type=name, in_channels=2))
    with pytest.raises(ValueError, match=rf"at least {minimum}x{minimum} .*{size[0]}x"):
        net(torch.zeros(1, 2, *size))
    net(torch.zeros(1, 2, minimum, minimum))


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("PixelDiscriminator", ()),
        ("MultiScaleDiscriminator", ()),
        ("PointDiscriminator", ()),
        ("RegionHead", ((64, 64),)),
        ("DilatedRegionHead", ((64, 64),)),
    ],
)
def test_heads__other_channels_are_an_error(name, more):
    net = MODELS.build(dict(type=name, in_channels=2))
    message = rf"{name} was made for 2 channels, but sees 5: set its in_channels=5"
    with pytest.raises(ValueError, match=message):
        net(torch.zeros(1, 5, 64, 64), *more)


def test_multi_scale__sizes_of_the_three_scales():
    with torch.device("meta"):
        net = MODELS.build(dict(type="MultiScaleDiscriminator", in_channels=19))
        outputs = net(torch.empty(2, 19, 256, 512))
    sizes = [tuple(o.shape) for o in outputs]
    assert sizes == [(2, 1, 32, 64), (2, 1, 16, 32), (2, 1, 8, 16)]


def test_multi_scale__layers_per_scale():
    net = MODELS.build(dict(type="MultiScaleDiscriminator", in_channels=19))
    convs = [m for m in net.scales[0].modules() if isinstance(m, nn.Conv2d)]
    got = [
        (c.in_channels, c.out_channels, c.kernel_size[0], c.stride[0]) for c in convs
    ]
    stem = [(19, 32, 3, 2), (32, 32, 3, 1), (32, 32, 3, 2), (32, 32, 3, 1)]
    assert got == [*stem, (32, 64, 3, 2), *[(64, 64, 3, 1)] * 8, (64, 1, 1, 1)]
    assert len(net.scales) == 3


def test_multi_scale__equals_a_functional_reference():
    torch.manual_seed(1)
    net = MODELS.build(
        dict(type="MultiScaleDiscriminator", in_channels=2, channels=3, num_blocks=1)
    ).double()
    for p in net.parameters():
        nn.init.normal_(p, std=0.5)
    x = torch.randn(1, 2, 37, 44, dtype=torch.float64)
    outputs = net(x)
    for i, scale in enumerate(net.scales):
        w = [(m.weight, m.bias) for m in scale.modules() if isinstance(m, nn.Conv2d)]
        y = x
        for (weight, bias), stride in zip(w, (2, 1, 2, 1, 2), strict=False):
            y = F.leaky_relu(F.conv2d(y, weight, bias, stride, 1), 0.2)
        inner = F.leaky_relu(F.conv2d(y, *w[5], 1, 1), 0.2)
        y = F.conv2d(y + F.conv2d(inner, *w[6], 1, 1), *w[7])
        torch.testing.assert_close(outputs[i], y)
        # mean over the pixels that exist: sum of pixels / count of pixels
        ones = torch.ones(2, 1, 3, 3, dtype=x.dtype)
        total = F.conv2d(x, ones, stride=2, padding=1, groups=2)
        count = F.conv2d(torch.ones_like(x), ones, stride=2, padding=1, groups=2)
        x = total / count


def test_multi_scale__initial_weights():
    torch.manual_seed(0)
    net = MODELS.build(dict(type="MultiScaleDiscriminator", in_channels=19))
    net.init_weights()
    weights = torch.cat(
        [p.flatten() for n, p in net.named_parameters() if "weight" in n]
    )
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
    assert abs(weights.mean().item()) < 1e-4
    assert not any(p.any() for n, p in net.named_parameters() if "bias" in n)


def test_pixel_discriminator__upsampled_to_the_input():
    cfg = dict(type="PixelDiscriminator", in_channels=3, channels=(4, 4))
    plain, upsampled = MODELS.build(cfg), MODELS.build(dict(cfg, upsample=True))
    upsampled.load_state_dict(plain.state_dict())
    x = torch.randn(2, 3, 40, 56)
    (small,), (large,) = plain(x), upsampled(x)
    assert small.shape == (2, 1, 5, 7)
    assert large.shape == (2, 1, 40, 56)
    # aligned corners keep their values
    torch.testing.assert_close(large[..., ::39, ::55], small[..., ::4, ::6])


@pytest.mark.parametrize(
    "grid", [3, 3.0, [3], (3, 0), (3, 3, 3), (1.5, 3), (True, 3), "33"]
)
def test_pixel_discriminator__grid_is_a_pair(grid):
    with pytest.raises(ValueError, match=r"grid must be \(rows, columns\), such as"):
        MODELS.build(dict(type="PixelDiscriminator", padding=2, grid=grid))
