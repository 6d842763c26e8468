"""A converted checkpoint computes what the published network computes."""

import shutil
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS
from published_nets import published_net
from torch.testing import assert_close

from mmseg_uda.stages import Request, Resolver
from mmseg_uda.weights.checkpoints import load_into
from mmseg_uda.weights.published.convert_file import read_published, write_converted

ROOT = Path(__file__).parents[2]
KINDS = {
    "mrnet": dict(family="concat", norm="gn", use_se=True),
    "mrnet_without_se": dict(family="concat", norm="gn", use_se=False),
    "mrnet_bn": dict(family="concat", norm="bn", use_se=True),
    "mrnet_bn_without_se": dict(family="concat", norm="bn", use_se=False),
    "adaptsegnet": dict(family="two_heads", runs=2),
    "adaptsegnet_single": dict(family="layer5", runs=2),
    "advent": dict(family="two_heads"),
    "advent_16_classes": dict(family="two_heads", classes=16),
    "advent_single": dict(family="layer6"),
    "clan": dict(family="two_views"),
    "fda": dict(family="layer5"),
    "adaptsegnet_vgg": dict(family="vgg", runs=2),
    "vgg_four_branches": dict(family="vgg", base=6),
    "vgg_16_classes": dict(family="vgg", classes=16),
    "resnet101": dict(family="two_heads", blocks=(3, 4, 23, 3), base=4),
}


@pytest.fixture(scope="module")
def configs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository") / "configs"
    shutil.copytree(ROOT / "configs", folder)
    (folder / "own").mkdir()
    return folder


def segmentor_config(config, folder):
    """Of the child config whose text the report prints."""
    path = folder / "own" / "converted.py"
    path.write_text(config.text())
    cfg = Config.fromfile(path)
    init_default_scope("mmseg")
    cfg.model.segmentor.backbone.init_cfg = None
    return cfg


def logits_of(model, images):
    """Logits of both heads, by the name of the published head."""
    with torch.no_grad():
        feats = model.extract_feat(images)
        heads = [model.decode_head(feats)]
        if model.with_auxiliary_head:
            heads.append(model.auxiliary_head(feats))
    return heads


def stock_config(segmentor):
    """The same parts in mmseg's own EncoderDecoder."""
    stock = dict(segmentor, type="EncoderDecoder", train_cfg=dict())
    stock.pop("aux_weight")
    return stock


def saved(net, folder):
    """Save a published net and convert the file; return both files and the config."""
    path, out = folder / "published.pth", folder / "converted.pth"
    torch.save(net.state_dict(), path)
    conversion, config = read_published(path, ROOT)
    write_converted(path, out, conversion, config)
    return path, out, config


def assert_same_logits(net, *models):
    """Compare both heads, in float64, on images of an odd size."""
    images = 50 * torch.randn(1, 3, 45, 61, dtype=torch.float64)
    with torch.no_grad():
        published = net.double()(images)
    expected = [published[name] for name in sorted(published, reverse=True)]
    for model in models:
        ours = logits_of(model.double().eval(), images)
        assert_close(ours, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_logits__are_those_of_the_published_network(kind, configs, tmp_path):
    net = published_net(**KINDS[kind])
    path, out, config = saved(net, tmp_path)
    segmentor = segmentor_config(config, configs).model.segmentor
    direct = MODELS.build(segmentor)
    assert load_into(direct, path).is_complete
    stock = MODELS.build(stock_config(segmentor))
    load_checkpoint(stock, str(out), strict=True)
    assert_same_logits(net, direct, stock)


@pytest.mark.parametrize("kind", ["mrnet", "advent_16_classes"])
def test_logits__inside_the_method_of_the_config(kind, configs, tmp_path):
    net = published_net(**KINDS[kind])
    _, out, config = saved(net, tmp_path)
    model = MODELS.build(segmentor_config(config, configs).model)
    assert load_into(model, out, ignore=("heads.*",)).is_complete
    assert_same_logits(net, model.segmentor)


def test_printed_configs__run_lcrf(configs, tmp_path):
    """Both stages have the network of the file, which is not the shipped one."""
    net = published_net("concat", norm="bn", use_se=False)
    _, out, config = saved(net, tmp_path)
    segmentor_config(config, configs)
    path = configs / "own" / "converted_lcrf.py"
    path.write_text(config.lcrf_text("./converted.py"))
    resolver = Resolver(Request(path, work_dir=tmp_path / "run"))
    assert [stage.name for stage in resolver.stages] == [
        "stage_one",
        "pseudo_labels",
        "stage_two",
    ]
    for stage in resolver.stages:
        model = MODELS.build(resolver.stage_config(stage).model)
        assert load_into(model, out, ignore=("heads.*",)).is_complete


def test_logits__of_clan_are_summed(configs, tmp_path):
    net = published_net("two_views")
    path, _, config = saved(net, tmp_path)
    model = MODELS.build(segmentor_config(config, configs).model.segmentor).eval()
    load_into(model, path)
    images = 50 * torch.randn(1, 3, 40, 40)
    with torch.no_grad():
        logits = net(images)
        fused = model.decode_feats(model.extract_feat(images))
    assert_close(fused, logits["layer5"] + logits["layer6"])


def test_logits__instance_norm_needs_another_norm_cfg(configs, tmp_path):
    """Its keys are those of group norm; a note says what to set."""
    net = published_net("concat", norm="in", use_se=True)
    path, _, config = saved(net, tmp_path)
    segmentor = segmentor_config(config, configs).model.segmentor
    for head in (segmentor.decode_head, segmentor.auxiliary_head):
        head.norm_cfg = dict(type="IN", affine=True)
    model = MODELS.build(segmentor)
    load_into(model, path)
    assert_same_logits(net, model)


def test_logits__two_branches_also_without_the_zeroed_ones(configs, tmp_path):
    net = published_net("two_heads", runs=2)
    _, out, config = saved(net, tmp_path)
    segmentor = segmentor_config(config, configs).model.segmentor
    for head in (segmentor.decode_head, segmentor.auxiliary_head):
        head.dilations = (6, 12)
    model = MODELS.build(segmentor)
    assert load_into(model, out).is_complete
    assert_same_logits(net, model)
