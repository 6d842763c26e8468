"""What is recognised, what becomes of every key, and what is refused."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from published_nets import published_weights
from torch import nn

from mmseg_uda.engine.toy import apply_toy
from mmseg_uda.weights.checkpoints import load_into
from mmseg_uda.weights.published import convert, to_mmseg_names

ROOT = Path(__file__).parents[2]


def without(weights, *starts):
    return {k: w for k, w in weights.items() if not k.startswith(starts)}


@pytest.fixture(scope="module")
def mrnet():
    return published_weights("concat", norm="gn", use_se=True)


@pytest.fixture(scope="module")
def advent():
    return published_weights("two_heads")


def test_convert__every_key_has_a_row(mrnet):
    conversion = convert(mrnet)
    assert {r.source for r in conversion.rows if r.source} == set(mrnet)
    assert {r.name for r in conversion.rows if r.name} == set(conversion.weights)
    for row in conversion.rows:
        if row.source and row.name:
            assert conversion.weights[row.name] is mrnet[row.source]
            assert row.shape == tuple(mrnet[row.source].shape)
        else:
            assert row.why
    added = [r for r in conversion.rows if r.source is None]
    assert all(r.name.endswith("num_batches_tracked") for r in added)
    assert len(added) == sum(n.endswith("running_mean") for n in mrnet)


def test_convert__files_with_batch_counters(mrnet):
    counter = {"bn1.num_batches_tracked": torch.tensor(7)}
    conversion = convert({**mrnet, **counter})
    assert conversion.weights["backbone.bn1.num_batches_tracked"] == 7


@pytest.mark.parametrize(
    "prefix", ["module.", "Scale.", "module.module.", "_orig_mod.module.", "model."]
)
def test_convert__prefixes(prefix, mrnet):
    wrapped = {prefix + name: weight for name, weight in mrnet.items()}
    conversion = convert(wrapped)
    plain = convert(mrnet)
    assert set(conversion.weights) == set(plain.weights)
    assert {r.source for r in conversion.rows if r.source} == set(wrapped)
    assert set(to_mmseg_names(wrapped)) == set(to_mmseg_names(mrnet))


def test_convert__init_file_is_named_as_such():
    weights = published_weights("layer5")
    weights |= {"fc.weight": torch.ones(10, 128), "fc.bias": torch.ones(10)}
    conversion = convert({f"Scale.{n}": w for n, w in weights.items()})
    assert any("init file" in note for note in conversion.notes)
    dropped = [r for r in conversion.rows if r.name is None]
    assert [r.source for r in dropped] == ["Scale.fc.weight", "Scale.fc.bias"]
    assert all("classifier" in r.why for r in dropped)


@pytest.mark.parametrize(
    ("options", "families"),
    [
        (dict(family="two_heads", runs=2), ("adaptsegnet", "maxsquare")),
        (dict(family="two_heads"), ("advent",)),
        (dict(family="layer5", runs=2), ("adaptsegnet",)),
        (dict(family="layer5"), ("fda", "bdl")),
        (dict(family="layer6"), ("advent", "crcda")),
        (dict(family="two_views"), ("clan",)),
        (dict(family="concat", norm="bn", use_se=False), ("seg_uncertainty",)),
    ],
)
def test_convert__tells_the_family(options, families):
    assert convert(published_weights(**options)).families == families


def test_convert__images_in_rgb_are_told_from_the_first_norm():
    weights = published_weights("layer5")
    weights["bn1.running_var"] = weights["bn1.running_var"] / 5000
    conversion = convert(weights)
    assert conversion.families == ("crst",)
    assert conversion.rgb
    assert any("bgr_to_rgb=True" in note for note in conversion.notes)
    assert not convert(weights, "fda").rgb
    assert any("normalised images" in n for n in convert(weights, "fda").notes)


def zeroed(conversion):
    return {r.name for r in conversion.rows if "set to zero" in r.why}


def test_branches__that_never_ran_are_set_to_zero():
    weights = published_weights("two_heads", runs=2)
    conversion = convert(weights)
    assert zeroed(conversion) == {
        f"{head}_head.conv2d_list.{i}.{part}"
        for head in ("decode", "auxiliary")
        for i in (2, 3)
        for part in ("weight", "bias")
    }
    assert not any(conversion.weights[name].any() for name in zeroed(conversion))
    assert weights["layer6.conv2d_list.2.weight"].any()  # the input is left alone
    assert not zeroed(convert(weights, "advent"))
    loaded = to_mmseg_names(weights)
    assert all(torch.equal(loaded[n], conversion.weights[n]) for n in loaded)


def test_branches__that_were_trained_run(advent):
    conversion = convert(advent)
    assert not zeroed(conversion)
    assert any("All four branches" in note for note in conversion.notes)
    doubted = convert(advent, "adaptsegnet")
    assert len(zeroed(doubted)) == 8
    assert any("really from AdaptSegNet?" in note for note in doubted.notes)


def test_branches__one_that_looks_untrained_is_no_proof(advent):
    weights = dict(advent)
    for head in ("layer5", "layer6"):
        name = f"{head}.conv2d_list.3.weight"
        weights[name] = 0.01 * torch.randn_like(weights[name])
    assert not zeroed(convert(weights))


def test_branches__of_an_untrained_net_all_run_and_the_report_says_so():
    torch.manual_seed(0)
    weights = published_weights("two_heads")
    for name, weight in weights.items():
        if "conv2d_list" in name and weight.dim() == 4:
            weights[name] = 0.01 * torch.randn_like(weight)
    conversion = convert(weights)
    assert conversion.families == ("adaptsegnet", "maxsquare", "advent")
    assert not zeroed(conversion)
    assert any("--family adaptsegnet" in note for note in conversion.notes)
    assert len(zeroed(convert(weights, "adaptsegnet"))) == 8


@pytest.mark.parametrize(
    ("lost", "listed"),
    [
        (("layer3.2.conv2",), r"\(1\):\n +layer3\.2\.conv2\.weight"),
        (("layer4.",), r"layer4\.\*"),
        (("layer3.5.",), r"layer3\.5\.\*"),
        (("conv1", "bn1"), r"\(5\):\n +conv1\.weight\n +bn1\.weight"),
        (("layer6.conv2d_list.1",), r"layer6\.conv2d_list\.1\.weight"),
        (("layer6",), r"layer6\.\* \(layer5 is the auxiliary head"),
        (("layer2.0.downsample.1.running_var",), r"downsample\.1\.running_var"),
    ],
)
def test_convert__incomplete_files_are_refused_with_a_list(lost, listed, advent):
    with pytest.raises(ValueError, match=listed):
        convert(without(advent, *lost))


def test_convert__incomplete_concatenating_head(mrnet):
    for lost in ("layer5.head", "layer6.bottleneck.1.bias", "layer6.conv2d_list.4"):
        with pytest.raises(ValueError, match=lost.replace(".", r"\.")):
            convert(without(mrnet, lost))


def test_convert__unknown_weights_are_refused_unless_dropped(advent):
    extra = {"layer6.gate.weight": torch.ones(3), "ema.decay": torch.ones(1)}
    with pytest.raises(ValueError, match=r"2 of its weights.*\n +layer6\.gate\.weight"):
        convert({**advent, **extra})
    conversion = convert({**advent, **extra}, drop=["layer6.gate*", "ema.*"])
    assert {r.source for r in conversion.rows if r.name is None} == set(extra)
    assert set(conversion.weights) == set(convert(advent).weights)


def test_convert__dropping_comes_before_prefixes(advent):
    averaged = {f"module.{name}": weight for name, weight in advent.items()}
    averaged["n_averaged"] = torch.tensor(3)
    conversion = convert(averaged, drop=["n_averaged"])
    assert {r.source for r in conversion.rows if r.source} == set(averaged)
    with pytest.raises(ValueError, match="It holds:"):
        convert(advent, drop=["*"])


@pytest.mark.parametrize(
    "name", ["conv1.weight", "bn1.running_var", "layer6.conv2d_list.0.weight"]
)
def test_convert__scalars_in_place_of_weights_are_no_crash(name, advent):
    weights = {**advent, name: torch.tensor(1.0)}
    if name.startswith("layer6"):
        assert not zeroed(convert(weights))
    else:
        convert(weights)


def test_convert__region_classifiers_of_crcda_are_dropped():
    weights = published_weights("layer6")
    weights["layer6_c2.conv2d_list.0.weight"] = torch.ones(10, 128, 3, 3)
    (dropped,) = (r for r in convert(weights).rows if r.name is None)
    assert dropped.source == "layer6_c2.conv2d_list.0.weight"
    assert "CrCDA" in dropped.why


def test_convert__networks_of_odd_depth_are_converted_with_a_note():
    weights = published_weights("two_heads", blocks=(1, 1, 1, 1))
    conversion = convert(weights)
    assert set(conversion.weights) >= {"backbone.layer4.0.conv3.weight"}
    assert any("stages of (1, 1, 1, 1) blocks" in n for n in conversion.notes)


def test_convert__other_numbers_of_classes_are_mentioned():
    conversion = convert(published_weights("two_heads", classes=16))
    assert any("16 classes" in note for note in conversion.notes)


@pytest.mark.parametrize(
    ("family", "said"),
    [("crst", "laid out as those of.*adaptsegnet"), ("dacs", "no family 'dacs'")],
)
def test_convert__the_named_family_must_fit(family, said, advent):
    with pytest.raises(ValueError, match=said):
        convert(advent, family)


def test_load__published_weights_into_the_toy_network_of_lcrf(tmp_path):
    """That network is small and has blocks of two convolutions."""
    cfg = Config.fromfile(ROOT / "configs/lcrf/mrnet_lcrf_gta.py")
    apply_toy(cfg)
    net = MODELS.build(cfg.model)
    replaced = {"decode_head": "layer6", "auxiliary_head": "layer5"}
    published = {}
    for name, weight in net.segmentor.state_dict().items():
        first, rest = name.split(".", 1)
        start = f"{replaced[first]}." if first in replaced else ""
        published[f"module.{start}{rest}"] = weight + 1
    torch.save({"model": published}, tmp_path / "a.pth")
    assert load_into(net, tmp_path / "a.pth").is_complete
    loaded = net.segmentor.state_dict()
    for name, weight in convert(published).weights.items():
        assert torch.equal(loaded[name], weight)


def discriminator():
    layers = [nn.Conv2d(19, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 1, 4, 2, 1)]
    return nn.Sequential(*layers).state_dict()


def vgg(classifier):
    return {"features.0.weight": torch.ones(64, 3, 3, 3), classifier: torch.ones(1)}


def trunk():
    weights = without(published_weights("layer5"), "layer5")
    return {**weights, "fc.weight": torch.ones(1000, 128)}


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (discriminator(), "discriminator"),
        (
            vgg("classifier.conv2d_list.0.weight"),
            r"weights are missing \((.|\n)*features\.0\.bias\n *features\.2\.weight",
        ),
        ({"classifier.conv2d_list.0.weight": torch.ones(1)}, "classifier: 1 tensors"),
        (vgg("classifier.6.weight"), "VGG image classifier"),
        ({"conv1_1.weight": torch.ones(1), "score_fr.bias": torch.ones(1)}, "FCN-8s"),
        (trunk(), r"without segmentation heads.*--pretrained FILE"),
        ({"decode_head.conv_seg.bias": torch.ones(1)}, "mmseg's layout already"),
        ({"backbone.conv1.weight": torch.ones(1)}, "backbone: 1 tensors"),
        (
            {"encoder.block.0.weight": torch.ones(2, 3)},
            r"encoder: 1 tensors, e.g. encoder\.block\.0\.weight \[2, 3\](.|\n)*CLAN: ",
        ),
    ],
)
def test_convert__says_what_else_a_file_is(weights, said):
    with pytest.raises(ValueError, match=said):
        convert(weights)


def test_convert__heads_of_no_known_network(advent, mrnet):
    mixed = without(advent, "layer5")
    mixed |= {n: w for n, w in mrnet.items() if n.startswith("layer5")}
    with pytest.raises(ValueError, match="fit no network of the literature"):
        convert(mixed)
    norms = (".1.weight", ".1.bias")
    layer_norm = {
        n: w[:, None, None] if n.endswith(norms) and w.dim() == 1 else w
        for n, w in mrnet.items()
    }
    with pytest.raises(ValueError, match="layer norm"):
        convert(layer_norm)
