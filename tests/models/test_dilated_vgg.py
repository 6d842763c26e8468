"""Dilated VGG-16: layers, sizes, pretrained weights."""

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn
from torch.testing import assert_close

import mmseg_uda  # noqa: F401

TINY = dict(type="DilatedVGG", base_channels=2)
# names of torchvision's VGG-16, and what follows each convolution (M: a pooling)
CLASSIFIER = (0, 2, "M", 5, 7, "M", 10, 12, 14, "M", 17, 19, 21, "M", 24, 26, 28, "M")
WIDTHS = (1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8)


def classifier(seed=0, base=2):
    """State dict of a small VGG-16 classifier, with torchvision's names."""
    generator = torch.Generator().manual_seed(seed)
    weights, inputs = {}, 3
    indices = [i for i in CLASSIFIER if i != "M"]
    for index, width in zip(indices, WIDTHS, strict=True):
        shape = (width * base, inputs, 3, 3)
        weight = torch.randn(shape, generator=generator)
        weights[f"features.{index}.weight"] = weight * math.sqrt(2 / (9 * inputs))
        bias = torch.randn(shape[0], generator=generator) / 10
        weights[f"features.{index}.bias"] = bias
        inputs = width * base
    return weights | {
        "classifier.0.weight": torch.zeros(8, 49 * inputs),
        "classifier.6.bias": torch.zeros(10),
    }


def conv5_of_the_dilated(weights, x):
    """The definition: no fourth and fifth pooling, the last three with dilation 2."""
    pools = 0
    for layer in CLASSIFIER[:-1]:
        if layer == "M":
            pools += 1
            x = F.max_pool2d(x, 2) if pools < 4 else x
            continue
        d = 2 if layer >= 24 else 1
        weight, bias = (weights[f"features.{layer}.{p}"] for p in ("weight", "bias"))
        x = F.relu(F.conv2d(x, weight, bias, padding=d, dilation=d))
    return x


def pretrained(path, **options):
    init_cfg = dict(type="Pretrained", checkpoint=str(path), **options)
    return MODELS.build({**TINY, "init_cfg": init_cfg})


def saved(weights, folder):
    path = Path(folder) / "vgg.pth"
    torch.save(weights, path)
    return path


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 1024), (64, 128)), ((720, 1280), (90, 160)), ((760, 1280), (95, 160))],
)
def test_vgg16__names_sizes_and_dilations(size, expected):
    with torch.device("meta"):
        net = MODELS.build(dict(type="DilatedVGG"))
        (feats,) = net(torch.empty(1, 3, *size))
    assert tuple(feats.shape) == (1, 1024, *expected)
    convs = {i: m for i, m in enumerate(net.features) if isinstance(m, nn.Conv2d)}
    assert list(convs) == [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31]
    assert set(net.state_dict()) == {
        f"features.{i}.{part}" for i in convs for part in ("weight", "bias")
    }
    dilated = {i: m.dilation[0] for i, m in convs.items() if m.dilation[0] > 1}
    assert dilated == {23: 2, 25: 2, 27: 2, 29: 4, 31: 4}
    assert all(m.padding == m.dilation for m in convs.values())
    assert (convs[29].in_channels, convs[29].out_channels) == (512, 1024)


@pytest.mark.parametrize("prefix", ["", "module.", "backbone."])
def test_pretrained__classifier_of_caffes_images(tmp_path, prefix):
    weights = classifier()
    path = saved({f"{prefix}{n}": w for n, w in weights.items()}, tmp_path)
    torch.manual_seed(3)
    net = pretrained(path, convention="caffe")
    fresh = {i: net.features[i].weight.clone() for i in (29, 31)}
    net.init_weights()
    images = 50 * torch.randn(2, 3, 40, 48)
    found = net.features[:29](images)
    assert found.shape == (2, 16, 5, 6)
    assert_close(found, conv5_of_the_dilated(weights, images))
    for index, weight in fresh.items():  # a classifier has none of these
        assert torch.equal(net.features[index].weight, weight)


def test_pretrained__torchvisions_weights_see_the_same_image(tmp_path):
    weights = classifier(1)
    net = pretrained(saved(weights, tmp_path), convention="torchvision")
    net.init_weights()
    rgb = torch.rand(1, 3, 32, 40)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    normalised = torch.stack([(rgb[:, c] - mean[c]) / std[c] for c in range(3)], 1)
    bgr = torch.stack([255 * (rgb[:, c] - mean[c]) for c in (2, 1, 0)], 1)
    expected = conv5_of_the_dilated(weights, normalised)
    assert_close(net.features[:29](bgr), expected, rtol=1e-4, atol=1e-4)


def test_pretrained__address_of_torchvision(tmp_path, monkeypatch):
    def hub(url, path, *_):
        assert url.endswith("vgg16-397923af.pth")
        torch.save(classifier(2), path)

    monkeypatch.setattr(torch.hub, "download_url_to_file", hub)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    net = pretrained("torchvision://vgg16", convention="torchvision")
    net.init_weights()
    expected = classifier(2)["features.28.bias"]
    assert torch.equal(net.features[27].bias, expected)


def test_pretrained__trained_trunk_is_taken_whole_or_not_at_all(tmp_path):
    trained = {n: w + 1 for n, w in MODELS.build(TINY).state_dict().items()}
    more = {"classifier.conv2d_list.0.weight": torch.zeros(1)}
    net = pretrained(saved({**trained, **more}, tmp_path), convention="caffe")
    net.init_weights()
    assert_close(dict(net.state_dict()), trained)
    del trained["features.31.weight"]
    net = pretrained(saved(trained, tmp_path), convention="caffe")
    with pytest.raises(ValueError, match=r"only in part[\s\S]*features\.31\.weight"):
        net.init_weights()


def test_pretrained__half_a_classifier_is_an_error(tmp_path):
    weights = classifier()
    del weights["features.26.weight"]
    net = pretrained(saved(weights, tmp_path), convention="caffe")
    with pytest.raises(ValueError, match=r"only in part[\s\S]*features\.25\.weight"):
        net.init_weights()


def test_pretrained__without_norms_the_convention_must_be_said(tmp_path):
    net = pretrained(saved(classifier(), tmp_path))
    with pytest.raises(ValueError, match=r"convention='caffe'.*or 'torchvision'"):
        net.init_weights()


def test_start__features_of_images_have_their_own_scale():
    torch.manual_seed(0)
    net = MODELS.build({**TINY, "base_channels": 16})
    net.init_weights()
    images = 58 * torch.randn(1, 3, 64, 64)
    (feats,) = net(images)
    assert 0.05 < feats.square().mean().sqrt() < 20
    assert net.features[0].bias.eq(0).all()


def test_vgg__refuses_no_channels():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        MODELS.build({**TINY, "base_channels": 0})
