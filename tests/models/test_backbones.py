"""DeepLab-v2 trunk: feature sizes, batch norm, pretrained weights."""

import functools

import pytest
import torch
from mmseg.registry import MODELS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

import mmseg_uda  # noqa: F401
from mmseg_uda.models.backbones import download

TINY = dict(type="DeepLabResNet", depth=18, base_channels=4, stem_channels=4)


def _norms(net):
    return [m for m in net.modules() if isinstance(m, _BatchNorm)]


@pytest.fixture(scope="module")
def meta_r101():
    with torch.device("meta"):
        return MODELS.build(dict(type="DeepLabResNet"))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 1024), (65, 129)),
        ((720, 1280), (91, 161)),
        ((760, 1280), (96, 161)),
        ((256, 512), (33, 65)),
        ((640, 1280), (81, 161)),
        ((512, 512), (65, 65)),
        ((1024, 2048), (129, 257)),
        ((576, 1344), (73, 169)),
    ],
)
def test_resnet101__feature_sizes(meta_r101, size, expected):
    layer3, layer4 = meta_r101(torch.empty(1, 3, *size, device="meta"))
    assert tuple(layer3.shape) == (1, 1024, *expected)
    assert tuple(layer4.shape) == (1, 2048, *expected)


def test_resnet101__strides_and_dilations(meta_r101):
    stages = [getattr(meta_r101, f"layer{i}") for i in range(1, 5)]
    assert [len(s) for s in stages] == [3, 4, 23, 3]
    assert [s[0].conv1.stride[0] for s in stages] == [1, 2, 1, 1]
    for stage, dilation in zip(stages, (1, 1, 2, 4), strict=True):
        assert {b.conv2.dilation[0] for b in stage} == {dilation}
        assert {b.conv2.padding[0] for b in stage} == {dilation}
        assert {b.conv2.stride[0] for b in stage} == {1}
        assert stage[0].downsample is not None


def test_resnet101__names_are_those_of_the_published_trunk(meta_r101):
    names = set(meta_r101.state_dict())
    for name in (
        "conv1.weight",
        "bn1.running_mean",
        "layer3.22.conv2.weight",
        "layer4.2.bn3.running_var",
        "layer1.0.downsample.0.weight",
        "layer4.0.downsample.1.bias",
    ):
        assert name in names
    assert not [n for n in names if n.startswith(("stem", "fc"))]


@pytest.mark.parametrize("depth", [18, 50])
def test_small_nets__sizes(depth):
    net = MODELS.build({**TINY, "depth": depth})
    feats = net(torch.zeros(2, 3, 64, 128))
    assert [tuple(f.shape[2:]) for f in feats] == [(9, 17), (9, 17)]


def test_batch_norm__affine_frozen_statistics_alive():
    torch.manual_seed(0)
    net = MODELS.build(TINY)
    net.init_weights()
    net.train()
    before = net.bn1.running_mean.clone()
    x = 50 * torch.randn(2, 3, 32, 32) + 20
    seen = {}
    net.bn1.register_forward_hook(lambda m, i, o: seen.update(out=o.clone()))
    net(x)
    assert not any(p.requires_grad for n in _norms(net) for p in n.parameters())
    assert not torch.equal(net.bn1.running_mean, before)
    # batch statistics: each channel comes out with mean 0 (scale 1, shift 0)
    assert seen["out"].mean((0, 2, 3)).abs().max() < 1e-4


def test_batch_norm__truly_frozen_on_request():
    torch.manual_seed(0)
    net = MODELS.build({**TINY, "norm_eval": True})
    net.train()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    net(torch.randn(2, 3, 32, 32))
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


def test_batch_norm__trained_on_request():
    net = MODELS.build({**TINY, "norm_cfg": dict(type="BN", requires_grad=True)})
    assert all(p.requires_grad for p in net.parameters())


def test_init__residual_branches_are_alive_with_frozen_scales():
    net = MODELS.build(TINY)
    net.init_weights()
    assert all(n.weight.min() == 1 for n in _norms(net))
    with pytest.raises(ValueError, match="zero_init_residual"):
        MODELS.build({**TINY, "zero_init_residual": True})


# ------------------------------------------------------------- pretrained weights
@functools.cache
def _trained():
    torch.manual_seed(1)
    net = MODELS.build(TINY)
    net.init_weights()
    net.train()
    for _ in range(20):
        net(60 * torch.randn(2, 3, 16, 16))
    return net.state_dict()


def _weights():
    """Weights as a net trained on images in 0..255 has them."""
    return {name: value.clone() for name, value in _trained().items()}


def _pretrained(path, **kwargs):
    init_cfg = dict(type="Pretrained", checkpoint=str(path))
    return MODELS.build({**TINY, "init_cfg": init_cfg, **kwargs})


@pytest.mark.parametrize("prefix", ["", "module.", "Scale.", "backbone.", "module.x"])
def test_pretrained__prefixes(tmp_path, prefix):
    weights = {f"{prefix}{k}": v for k, v in _weights().items()}
    weights[f"{prefix}layer5.conv2d_list.3.weight"] = torch.zeros(1)
    path = tmp_path / "init.pth"
    torch.save(weights, path)
    net = _pretrained(path)
    if prefix == "module.x":
        with pytest.raises(ValueError, match="only in part"):
            net.init_weights()
        return
    net.init_weights()
    expected = _weights()
    for name, value in net.state_dict().items():
        assert torch.equal(value, expected[name]), name


def test_pretrained__classifier_and_batch_counters_may_differ(tmp_path):
    weights = {k: v for k, v in _weights().items() if "num_batches" not in k}
    weights |= {"fc.weight": torch.zeros(1), "fc.bias": torch.zeros(1)}
    torch.save({"state_dict": weights}, tmp_path / "a.pth")
    net = _pretrained(tmp_path / "a.pth")
    net.init_weights()
    assert torch.equal(net.conv1.weight, weights["conv1.weight"])


def test_pretrained__partial_match_is_an_error_that_lists_it(tmp_path):
    weights = _weights()
    del weights["layer2.0.conv1.weight"]
    weights["layer9000.weight"] = torch.zeros(1)
    weights["conv1.weight"] = torch.zeros(8, 3, 7, 7)
    torch.save(weights, tmp_path / "half.pth")
    net = _pretrained(tmp_path / "half.pth")
    with pytest.raises(ValueError, match="only in part") as error:
        net.init_weights()
    text = str(error.value)
    for part in ("half.pth", "layer2.0.conv1.weight", "layer9000", "[8, 3, 7, 7]"):
        assert part in text


def test_pretrained__folded_statistics_need_frozen_norms(tmp_path):
    weights = _weights()
    for name, value in weights.items():
        if name.endswith("running_mean"):
            value.zero_()
        elif name.endswith("running_var"):
            value.fill_(1)
        elif value.ndim == 1:
            value.fill_(0.3)
    torch.save(weights, tmp_path / "folded.pth")
    with pytest.raises(ValueError, match="norm_eval=True"):
        _pretrained(tmp_path / "folded.pth").init_weights()
    _pretrained(tmp_path / "folded.pth", norm_eval=True).init_weights()


def _torchvision_weights(net, images):
    """Statistics of the stem on normalised RGB images, as torchvision's nets see."""
    net.train()
    for _ in range(50):
        net(images)
    return net.state_dict()


def test_pretrained__torchvision_weights_see_the_same_image(tmp_path):
    torch.manual_seed(2)
    rgb = torch.rand(2, 3, 32, 40)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    normalised = torch.stack([(rgb[:, c] - mean[c]) / std[c] for c in range(3)], dim=1)
    bgr = torch.stack([255 * (rgb[:, c] - mean[c]) for c in (2, 1, 0)], dim=1)
    original = MODELS.build(TINY)
    original.init_weights()
    torch.save(_torchvision_weights(original, normalised), tmp_path / "tv.pth")
    net = _pretrained(tmp_path / "tv.pth")  # the convention is told by itself
    net.init_weights()
    original.eval()
    net.eval()
    expected, got = original(normalised), net(bgr)
    for a, b in zip(expected, got, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


def test_pretrained__bias_of_the_first_convolution_goes_into_the_norm(tmp_path):
    weights = _weights()
    weights["conv1.bias"] = torch.arange(4.0)
    torch.save(weights, tmp_path / "a.pth")
    net = _pretrained(tmp_path / "a.pth")
    net.init_weights()
    expected = _weights()["bn1.running_mean"] - torch.arange(4.0)
    torch.testing.assert_close(net.bn1.running_mean, expected)


def test_pretrained__unknown_names_and_conventions_are_errors(tmp_path):
    net = _pretrained("torchvision://resnet1000")
    with pytest.raises(ValueError, match="resnet101"):
        net.init_weights()
    torch.save(_weights(), tmp_path / "a.pth")
    init = dict(
        type="Pretrained", checkpoint=str(tmp_path / "a.pth"), convention="imagenet"
    )
    with pytest.raises(ValueError, match="convention"):
        MODELS.build({**TINY, "init_cfg": init}).init_weights()
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pth"):
        _pretrained(tmp_path / "nowhere.pth").init_weights()


def test_pretrained__no_network_says_what_to_do(tmp_path, monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    net = _pretrained("torchvision://resnet18")
    with pytest.raises(ValueError, match="--pretrained none") as error:
        net.init_weights()
    assert "no route to host" in str(error.value)
    assert "resnet18" in str(error.value)


def test_download__known_names_resolve():
    assert download._resolve("torchvision://resnet101").startswith("https://")
    caffe = download._resolve("open-mmlab://detectron2/resnet101_caffe")
    assert caffe.startswith("https://")
    assert download._resolve("weights/a.pth") == "weights/a.pth"


def test_init__without_pretrained_is_kaiming():
    torch.manual_seed(0)
    net = MODELS.build({**TINY, "base_channels": 32})
    net.init_weights()
    conv = net.layer4[1].conv2
    assert isinstance(conv, nn.Conv2d)
    fan_out = conv.out_channels * 9
    assert conv.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.05)
