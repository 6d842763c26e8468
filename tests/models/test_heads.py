"""Both segmentation heads: published names and shapes, numerics, initial weights."""

import math

import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

import mmseg_uda  # noqa: F401


def _concat_head(**kwargs):
    cfg = dict(
        type="DilatedConcatHead",
        in_channels=[4, 2],
        in_index=[1, 0],
        input_transform="resize_concat",
        num_classes=3,
        channels=4,
        bottleneck_channels=8,
        norm_cfg=dict(type="GN", num_groups=2),
        se_ratio=4,
    )
    return MODELS.build({**cfg, **kwargs})


def _feats(dtype=torch.float64):
    torch.manual_seed(7)
    return (
        torch.randn(2, 2, 9, 13, dtype=dtype),
        torch.randn(2, 4, 9, 13, dtype=dtype),
    )


def _conv_by_loops(x, weight, bias, dilation):
    """Cross-correlation with zero padding = dilation, from its definition."""
    n, _, height, width = x.shape
    out = bias.view(1, -1, 1, 1).expand(n, -1, height, width).clone()
    for i in range(3):
        for j in range(3):
            dy, dx = (i - 1) * dilation, (j - 1) * dilation
            moved = torch.zeros_like(x)
            rows = range(max(0, -dy), min(height, height - dy))
            for y in rows:
                lo, hi = max(0, -dx), min(width, width - dx)
                if lo < hi:
                    moved[:, :, y, lo:hi] = x[:, :, y + dy, lo + dx : hi + dx]
            out += torch.einsum("ncyx,oc->noyx", moved, weight[:, :, i, j])
    return out


def test_sum_head__equals_the_sum_of_loops():
    torch.manual_seed(0)
    head = MODELS.build(
        dict(type="DilatedSumHead", in_channels=4, in_index=1, num_classes=3)
    ).double()
    feats = _feats()
    expected = sum(
        _conv_by_loops(feats[1], conv.weight, conv.bias, d)
        for conv, d in zip(head.conv2d_list, (6, 12, 18, 24), strict=True)
    )
    torch.testing.assert_close(head(feats), expected)


def test_sum_head__published_names_and_shapes():
    with torch.device("meta"):
        head = MODELS.build(
            dict(type="DilatedSumHead", in_channels=2048, num_classes=19)
        )
    shapes = {name: tuple(v.shape) for name, v in head.state_dict().items()}
    expected = {f"conv2d_list.{i}.weight": (19, 2048, 3, 3) for i in range(4)}
    expected |= {f"conv2d_list.{i}.bias": (19,) for i in range(4)}
    assert shapes == expected


def test_sum_head__initial_weights():
    torch.manual_seed(0)
    head = MODELS.build(dict(type="DilatedSumHead", in_channels=64, num_classes=19))
    head.init_weights()
    for conv in head.conv2d_list:
        assert conv.weight.std().item() == pytest.approx(0.01, rel=0.03)
        bound = 1 / math.sqrt(64 * 9)  # PyTorch's default for biases
        assert bound / 2 < conv.bias.abs().max() <= bound


def test_sum_head__two_branches_equal_four_with_two_zeroed():
    four = MODELS.build(
        dict(type="DilatedSumHead", in_channels=4, in_index=1, num_classes=3)
    ).double()
    two = MODELS.build(
        dict(
            type="DilatedSumHead",
            in_channels=4,
            in_index=1,
            num_classes=3,
            dilations=(6, 12),
        )
    ).double()
    two.load_state_dict(four.state_dict())  # strict; holds four branches
    assert not torch.allclose(two(_feats()), four(_feats()))
    for conv in four.conv2d_list[2:]:
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)
    torch.testing.assert_close(two(_feats()), four(_feats()))


def test_sum_head__four_branches_need_four():
    two = MODELS.build(
        dict(type="DilatedSumHead", in_channels=4, num_classes=3, dilations=(6, 12))
    )
    four = MODELS.build(dict(type="DilatedSumHead", in_channels=4, num_classes=3))
    with pytest.raises(RuntimeError, match=r"conv2d_list\.2"):
        four.load_state_dict(two.state_dict())


def test_sum_head__no_branches_is_an_error():
    with pytest.raises(ValueError, match="dilations"):
        MODELS.build(
            dict(type="DilatedSumHead", in_channels=4, num_classes=3, dilations=())
        )


@pytest.mark.parametrize("use_se", [True, False])
def test_concat_head__published_names_and_shapes(use_se):
    with torch.device("meta"):
        head = MODELS.build(
            dict(
                type="DilatedConcatHead",
                in_channels=[2048, 1024],
                in_index=[1, 0],
                input_transform="resize_concat",
                num_classes=19,
                use_se=use_se,
            )
        )
    expected = {}
    for i in range(5):
        kernel = 1 if i == 0 else 3
        expected[f"conv2d_list.{i}.0.weight"] = (256, 3072, kernel, kernel)
        for name in ("0.bias", "1.weight", "1.bias"):
            expected[f"conv2d_list.{i}.{name}"] = (256,)
    conv, norm = (1, 2) if use_se else (0, 1)
    if use_se:
        expected["bottleneck.0.se.0.weight"] = (80, 1280)
        expected["bottleneck.0.se.0.bias"] = (80,)
        expected["bottleneck.0.se.2.weight"] = (1280, 80)
        expected["bottleneck.0.se.2.bias"] = (1280,)
    expected[f"bottleneck.{conv}.weight"] = (512, 1280, 3, 3)
    for name in (f"{conv}.bias", f"{norm}.weight", f"{norm}.bias"):
        expected[f"bottleneck.{name}"] = (512,)
    expected["head.1.weight"] = (19, 512, 1, 1)
    assert {k: tuple(v.shape) for k, v in head.state_dict().items()} == expected


def _group_norm(x, groups, weight, bias):
    n, c, h, w = x.shape
    grouped = x.reshape(n, groups, -1)
    mean = grouped.mean(-1, keepdim=True)
    var = ((grouped - mean) ** 2).mean(-1, keepdim=True)
    normed = ((grouped - mean) / torch.sqrt(var + 1e-5)).reshape(n, c, h, w)
    return normed * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


@pytest.mark.parametrize("use_se", [True, False])
def test_concat_head__equals_a_functional_reference(use_se):
    torch.manual_seed(0)
    head = _concat_head(use_se=use_se).double().eval()
    for p in head.parameters():
        nn.init.normal_(p, std=0.3)
    p = dict(head.named_parameters())
    feats = _feats()
    x = torch.cat([feats[1], feats[0]], 1)  # layer4 first
    pointwise = p["conv2d_list.0.0.weight"][:, :, 0, 0]
    outs = [
        torch.einsum("ncyx,oc->noyx", x, pointwise)
        + p["conv2d_list.0.0.bias"].view(1, -1, 1, 1)
    ]
    for i, d in enumerate((6, 12, 18, 24), start=1):
        name = f"conv2d_list.{i}.0"
        outs.append(_conv_by_loops(x, p[f"{name}.weight"], p[f"{name}.bias"], d))
    for i, out in enumerate(outs):
        name = f"conv2d_list.{i}.1"
        normed = _group_norm(out, 2, p[f"{name}.weight"], p[f"{name}.bias"])
        outs[i] = torch.clamp(normed, min=0)
    y, k = torch.cat(outs, 1), 0
    if use_se:
        k, pooled = 1, y.sum((2, 3)) / (9 * 13)
        hidden = pooled @ p["bottleneck.0.se.0.weight"].T + p["bottleneck.0.se.0.bias"]
        gate = hidden.clamp(min=0) @ p["bottleneck.0.se.2.weight"].T
        gate = 1 / (1 + torch.exp(-gate - p["bottleneck.0.se.2.bias"]))
        y = y * gate[:, :, None, None]
    y = _conv_by_loops(y, p[f"bottleneck.{k}.weight"], p[f"bottleneck.{k}.bias"], 1)
    name = f"bottleneck.{k + 1}"
    y = _group_norm(y, 2, p[f"{name}.weight"], p[f"{name}.bias"])
    expected = torch.einsum("ncyx,oc->noyx", y, p["head.1.weight"][:, :, 0, 0])
    torch.testing.assert_close(head(feats), expected)


def test_concat_head__initial_weights():
    torch.manual_seed(0)
    head = _concat_head(channels=32, bottleneck_channels=64)
    head.init_weights()
    torch.manual_seed(0)
    assert head.head[1].weight.std().item() == pytest.approx(0.001, rel=0.15)
    conv = head.bottleneck[1]
    fan_in = 5 * 32 * 9
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / fan_in), rel=0.02)
    assert not conv.bias.any()
    branch = head.conv2d_list[1][0]  # PyTorch's default: uniform in 1 / sqrt(fan_in)
    bound = 1 / math.sqrt(6 * 9)
    assert branch.weight.abs().max() <= bound
    assert branch.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)
    assert branch.bias.any()


@pytest.mark.parametrize(
    "norm_cfg", [dict(type="BN"), dict(type="IN", affine=True), None]
)
def test_concat_head__other_norms(norm_cfg):
    head = _concat_head(norm_cfg=norm_cfg, channels=32, bottleneck_channels=32)
    kinds = {"BN": nn.BatchNorm2d, "IN": nn.InstanceNorm2d, None: nn.GroupNorm}
    kind = kinds[norm_cfg and norm_cfg["type"]]
    assert sum(isinstance(m, kind) for m in head.modules()) == 6
    assert head(_feats(torch.float32)).shape == (2, 3, 9, 13)


def test_concat_head__classifier_starts_as_it_is_told():
    head = _concat_head(channels=32, bottleneck_channels=64, classifier_std=0.2)
    head.init_weights()
    assert head.head[1].weight.std().item() == pytest.approx(0.2, rel=0.15)


@pytest.mark.parametrize("std", [0, -0.1, float("nan")])
def test_concat_head__classifier_that_would_not_learn(std):
    with pytest.raises(ValueError, match=r"classifier_std must be positive, got"):
        _concat_head(classifier_std=std)


def test_concat_head__drops_whole_channels_before_the_classifier():
    torch.manual_seed(0)
    head = _concat_head(dropout_ratio=0.5).double()
    seen = {}
    head.head[1].register_forward_hook(lambda m, i, o: seen.update(x=i[0]))
    head(_feats())
    off = (seen["x"] == 0).flatten(2)
    assert torch.equal(off.all(2), off.any(2))
    assert 0 < off.all(2).float().mean() < 1


@pytest.mark.parametrize(
    "cfg",
    [
        dict(type="DilatedSumHead", in_channels=4, in_index=1, num_classes=3),
        dict(
            type="DilatedConcatHead",
            in_channels=4,
            in_index=1,
            num_classes=3,
            norm_cfg=dict(type="GN", num_groups=4),
            channels=4,
            bottleneck_channels=4,
        ),
    ],
)
def test_heads__every_parameter_gets_a_gradient(cfg):
    head = MODELS.build(cfg)
    logits = head(_feats(torch.float32))
    F.cross_entropy(logits, torch.zeros(2, 9, 13, dtype=torch.long)).backward()
    unused = [n for n, p in head.named_parameters() if p.grad is None]
    assert unused == []
    assert head.align_corners


def test_concat_head__se_ratio_too_large_is_an_error():
    with pytest.raises(ValueError, match="se_ratio=64"):
        _concat_head(se_ratio=64)
