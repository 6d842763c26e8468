"""Pretrained weights of timm's networks: all of them, or none."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from test_timm_trunk import CNN, VIT, adapting, trunk
from timm_here import needs_timm

from mmseg_uda.engine.from_scratch import start_from_scratch
from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.pretrained import check_pretrained
from mmseg_uda.stages.config.overrides import set_pretrained

SIZE = (56, 84)


def whole(backbone, **changes):
    """The classifier that a file of timm is of."""
    import timm

    options = {**backbone, **changes}
    for name in ("type", "out_indices"):
        options.pop(name)
    return timm.create_model(**options).eval()


def from_file(backbone, path, **changes):
    init_cfg = dict(type="Pretrained", checkpoint=str(path))
    net = trunk(backbone, init_cfg=init_cfg, **changes)
    net.init_weights()
    return net.eval()


@needs_timm
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("backbone", [VIT, CNN])
def test_file__gives_the_features_of_the_network_it_is_of(backbone, suffix, tmp_path):
    from safetensors.torch import save_file

    classifier = whole(backbone, num_classes=7)
    path = tmp_path / f"model.{suffix}"
    save = torch.save if suffix == "pth" else save_file
    save(classifier.state_dict(), path)
    net = from_file(backbone, path)
    image = torch.randn(1, 3, *SIZE)
    wanted = classifier.forward_intermediates(
        image, indices=list(backbone["out_indices"]), intermediates_only=True
    )
    for level, own in zip(net(image), wanted, strict=True):
        torch.testing.assert_close(level, own)


@needs_timm
def test_file__of_dinov2s_authors_with_other_names_and_sizes(tmp_path):
    # they have a mask token, and positions of another number of patches
    classifier = whole(VIT, num_classes=0, img_size=70)
    weights = classifier.state_dict()
    torch.save({**weights, "mask_token": torch.zeros(1, 16)}, tmp_path / "a.pth")
    net = from_file(VIT, tmp_path / "a.pth")
    loaded = net.timm_model.model
    assert loaded.pos_embed.shape == (1, 1 + 4, 16)
    assert torch.equal(
        loaded.patch_embed.proj.weight, weights["patch_embed.proj.weight"]
    )


@needs_timm
def test_file__of_a_segmentor_on_this_backbone(tmp_path):
    model = adapting(VIT)
    torch.save({"state_dict": model.state_dict()}, tmp_path / "iter_1.pth")
    net = from_file(VIT, tmp_path / "iter_1.pth")
    trained = model.segmentor.backbone.state_dict()
    assert all(torch.equal(w, trained[name]) for name, w in net.state_dict().items())


@needs_timm
def test_file__changes_no_random_numbers(tmp_path):
    torch.save(whole(CNN, num_classes=0).state_dict(), tmp_path / "a.pth")
    net = trunk(CNN, init_cfg=dict(type="Pretrained", checkpoint=f"{tmp_path}/a.pth"))
    torch.manual_seed(3)
    net.init_weights()
    after = torch.rand(1)
    torch.manual_seed(3)
    assert torch.equal(after, torch.rand(1))


def _drop(weights):
    del weights["blocks.1.attn.qkv.weight"]


def _add(weights):
    weights["blocks.7.attn.qkv.weight"] = torch.zeros(3)


def _reshape(weights):
    weights["blocks.1.mlp.fc1.bias"] = torch.zeros(3)


def _spoil(weights):
    weights["blocks.1.mlp.fc1.bias"][0] = float("nan")


@needs_timm
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_drop, r"a\.pth' lacks 1 of the \d+ tensors of vit.*blocks\.1\.attn\.qkv"),
        (_add, r"1 tensors that fit nowhere in timm's vit.*blocks\.7\.attn\.qkv"),
        (_reshape, r"is no file of timm's vit_small.*blocks\.1\.mlp\.fc1\.bias"),
        (_spoil, "NaN or infinite numbers in 1"),
    ],
)
def test_file__that_fits_in_part_is_refused_whole(change, message, tmp_path):
    weights = whole(VIT, num_classes=0).state_dict()
    change(weights)
    torch.save(weights, tmp_path / "a.pth")
    net = trunk(VIT, init_cfg=dict(type="Pretrained", checkpoint=f"{tmp_path}/a.pth"))
    before = {name: w.clone() for name, w in net.state_dict().items()}
    with pytest.raises(ValueError, match=message):
        net.init_weights()
    assert all(torch.equal(w, before[name]) for name, w in net.state_dict().items())


@needs_timm
def test_file__is_tried_before_a_stage_is_begun(tmp_path):
    torch.save(whole(CNN, num_classes=0).state_dict(), tmp_path / "other.pth")
    init_cfg = dict(type="Pretrained", checkpoint=f"{tmp_path}/other.pth")
    with pytest.raises(StageError, match=r"--pretrained FILE.*other\.pth' "):
        check_pretrained(adapting({**VIT, "init_cfg": init_cfg}))


@needs_timm
def test_hub__that_cannot_be_reached_says_what_to_do(monkeypatch):
    import timm.models._builder as builder

    def offline(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(builder, "load_state_dict_from_hf", offline)
    monkeypatch.setattr(builder, "load_state_dict_from_url", offline)
    checkpoint = "timm://vit_small_patch14_dinov2.lvd142m"
    net = trunk(VIT, init_cfg=dict(type="Pretrained", checkpoint=checkpoint))
    said = (
        r"(?s)cannot take the weights 'timm://vit_small_patch14_dinov2\.lvd142m'.*no "
        r"network.*huggingface\.co/timm/vit_small_patch14_dinov2\.lvd142m.*"
        "--pretrained FILE.*--pretrained none"
    )
    with pytest.raises(ValueError, match=said):
        net.init_weights()


@needs_timm
def test_hub__gives_weights_by_timms_own_means(monkeypatch):
    import timm.models._builder as builder

    weights = whole(VIT, num_classes=0).state_dict()
    asked = []

    def fetch(name, *_, **__):
        asked.append(name)
        return weights

    monkeypatch.setattr(builder, "load_state_dict_from_hf", fetch)
    monkeypatch.setattr(builder, "has_hf_hub", lambda *_, **__: True)
    checkpoint = "timm://vit_small_patch14_dinov2.lvd142m"
    net = trunk(VIT, init_cfg=dict(type="Pretrained", checkpoint=checkpoint))
    net.init_weights()
    assert asked == ["timm/vit_small_patch14_dinov2.lvd142m"]
    loaded = net.timm_model.model.blocks[2].mlp.fc1.weight
    assert torch.equal(loaded, weights["blocks.2.mlp.fc1.weight"])


@needs_timm
def test_hub__weights_of_another_network():
    init_cfg = dict(type="Pretrained", checkpoint="timm://convnext_tiny.fb_in1k")
    with pytest.raises(ValueError, match="weights of convnext_tiny, but the backbone"):
        trunk(VIT, init_cfg=init_cfg).init_weights()


def config_of(**backbone):
    return Config(dict(model=dict(segmentor=dict(backbone=backbone))))


def test_pretrained_option__replaces_the_hubs_weights(tmp_path):
    torch.save({"a": torch.zeros(1)}, tmp_path / "a.pth")
    init_cfg = dict(type="Pretrained", checkpoint="timm://a.b")
    cfg = config_of(type="TimmTrunk", init_cfg=init_cfg)
    set_pretrained(cfg, str(tmp_path / "a.pth"))
    given = cfg.model.segmentor.backbone.init_cfg
    assert Path(given.checkpoint) == (tmp_path / "a.pth").resolve()
    set_pretrained(cfg, "none")
    assert cfg.model.segmentor.backbone.init_cfg is None


def test_pretrained_option__none_of_stock_mmsegs_is_none_indeed(tmp_path):
    cfg = config_of(type="TIMMBackbone", model_name="a", checkpoint_path="b.pth")
    set_pretrained(cfg, "none")
    backbone = cfg.model.segmentor.backbone
    assert backbone.pretrained is False  # mmseg's default would download
    assert "checkpoint_path" not in backbone
    torch.save({"a": torch.zeros(1)}, tmp_path / "a.pth")
    with pytest.raises(StageError, match=r"in part.*backbone\.type='TimmTrunk'"):
        set_pretrained(cfg, str(tmp_path / "a.pth"))


def test_from_scratch__stock_mmsegs_does_not_download():
    part = dict(type="mmseg.TIMMBackbone", model_name="a", pretrained=True)
    start_from_scratch(part)
    assert part == dict(type="mmseg.TIMMBackbone", model_name="a", pretrained=False)


@needs_timm
def test_built__without_weights_of_its_own(monkeypatch):
    """To be tested or continued, a network is built and nothing is fetched."""
    import timm.models._builder as builder

    monkeypatch.setattr(builder, "load_pretrained", None)
    checkpoint = "timm://vit_small_patch14_dinov2.lvd142m"
    MODELS.build({**VIT, "init_cfg": dict(type="Pretrained", checkpoint=checkpoint)})
