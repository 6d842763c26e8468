"""timm's networks as backbones: random weights, tiny variants."""

import copy
from pathlib import Path

import pytest
import torch
from helpers import NUM_CLASSES, make_batch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmseg.models.backbones import TIMMBackbone
from mmseg.registry import MODELS
from timm_here import HAS_TIMM, needs_timm

from mmseg_uda.weights.checkpoints import compare_with_model

VIT = dict(
    type="TimmTrunk",
    model_name="vit_small_patch14_dinov2",
    img_size=28,
    depth=3,
    embed_dim=16,
    num_heads=2,
    out_indices=(0, 2),
    dynamic_img_size=True,
)
CNN = dict(
    type="TimmTrunk",
    model_name="convnext_tiny",
    depths=(1, 1, 2, 1),
    dims=(4, 8, 12, 16),
    out_indices=(0, 1, 2, 3),
)
MODELS_FOLDER = Path(__file__).parents[2] / "configs/_base_/models"
SIZE = (56, 84)  # multiples of 14
LIPSCHITZ = dict(
    type="LipschitzMap", on="target", noise=dict(kind="gaussian_clip", eps=0.5)
)
BOTH = dict(decode=1.0, aux=0.5)
METHODS = dict(
    lcda=dict(
        source=dict(type="Supervised", on="source", loss_weight=BOTH),
        lipschitz=dict(type="MinimizeMap", map="lipschitz", loss_weight=BOTH),
    ),
    lcrf=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            average="all",
            weight=dict(map="lipschitz", link="exp_neg", detach=False),
            loss_weight=BOTH,
        ),
        lipschitz=dict(type="MinimizeMap", map="lipschitz", loss_weight=BOTH),
    ),
)


def segmentor(backbone):
    channels = [16, 16] if "vit" in backbone["model_name"] else [12, 16]
    last = 1 if "vit" in backbone["model_name"] else 3
    head = dict(
        type="FCNHead",
        num_convs=1,
        concat_input=False,
        channels=8,
        num_classes=NUM_CLASSES,
        norm_cfg=dict(type="GN", num_groups=4),
    )
    return dict(
        type="MultiHeadEncoderDecoder",
        backbone=backbone,
        decode_head=dict(head, in_channels=channels[1], in_index=last),
        auxiliary_head=dict(head, in_channels=channels[0], in_index=last - 1),
        test_cfg=dict(mode="whole"),
    )


def adapting(backbone, method="lcda", **changes):
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=segmentor(copy.deepcopy(backbone)),
            maps=dict(lipschitz=LIPSCHITZ),
            objectives=METHODS[method],
            **changes,
        )
    )


def trunk(backbone, **changes):
    return MODELS.build({**copy.deepcopy(backbone), **changes})


@pytest.mark.skipif(HAS_TIMM, reason="timm is installed")
def test_trunk__without_timm_says_what_to_install():
    with pytest.raises(ValueError, match=r"pip install 'mmseg_uda\[timm\]'"):
        trunk(VIT)


@needs_timm
@pytest.mark.parametrize("method", ["lcda", "lcrf"])
@pytest.mark.parametrize("backbone", [VIT, {**VIT, "norm": True}, CNN])
def test_trunk__one_finite_step_that_reaches_all_of_it(backbone, method):
    model = adapting(backbone, method).train()
    cfg = dict(
        constructor="UDAOptimWrapperConstructor",
        segmentor=dict(optimizer=dict(type="AdamW", lr=1e-3)),
    )
    wrapper = build_optim_wrapper(model, cfg)
    loss, log = model.parse_losses(model.loss(*make_batch(size=SIZE)))
    assert all(torch.isfinite(torch.as_tensor(value)) for value in log.values())
    loss.backward(retain_graph=True)
    idle = [
        name
        for name, p in model.backbone.named_parameters()
        if p.grad is None or not p.grad.any()
    ]
    # class tokens and position embeddings included
    assert not idle
    before = copy.deepcopy(model.state_dict())
    model.zero_grad()
    wrapper.update_params(loss)
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())
    assert any((before[name] != w).any() for name, w in model.state_dict().items())


@needs_timm
@pytest.mark.parametrize(
    ("name", "tokens"),
    [("vit_small_patch14_dinov2", 1), ("vit_small_patch14_reg4_dinov2", 5)],
)
def test_trunk__returns_maps_without_class_tokens(name, tokens):
    net = trunk(VIT, model_name=name).eval()
    assert net.timm_model.model.num_prefix_tokens == tokens
    features = net(torch.randn(2, 3, *SIZE))
    assert [tuple(level.shape) for level in features] == [(2, 16, 4, 6)] * 2


@needs_timm
def test_trunk__norm_is_the_networks_final_one():
    torch.manual_seed(0)
    plain, normed = trunk(VIT).eval(), trunk(VIT, norm=True).eval()
    weights = plain.state_dict()
    norm = normed.timm_model.model.norm
    normed.load_state_dict(weights, strict=False)
    image = torch.randn(1, 3, *SIZE)
    for raw, level in zip(plain(image), normed(image), strict=True):
        wanted = torch.nn.functional.layer_norm(
            raw.movedim(1, -1), (16,), norm.weight, norm.bias, norm.eps
        )
        torch.testing.assert_close(level.movedim(1, -1), wanted)


@needs_timm
def test_trunk__channels_come_first_where_timm_has_them_last():
    net = trunk(
        dict(type="TimmTrunk", model_name="swin_tiny_patch4_window7_224"),
        embed_dim=8,
        depths=(1, 1),
        num_heads=(1, 1),
        img_size=(56, 56),
        out_indices=(0, 1),
    ).eval()
    features = net(torch.randn(1, 3, 56, 56))
    assert [tuple(level.shape[1:]) for level in features] == [(8, 14, 14), (16, 7, 7)]


@needs_timm
@pytest.mark.parametrize("backbone", [VIT, CNN])
def test_trunk__checkpoints_load_into_stock_mmseg(backbone):
    model = adapting(backbone)
    stock = {**backbone, "type": "TIMMBackbone", "pretrained": False}
    plain = MODELS.build(segmentor(stock))
    assert type(plain.backbone) is TIMMBackbone
    report = compare_with_model(plain, model.state_dict())
    assert report.is_complete, str(report)
    plain.load_state_dict(model.state_dict())
    image = torch.randn(1, 3, *SIZE)
    model.eval(), plain.eval()
    assert all(map(torch.equal, model.backbone(image), plain.backbone(image)))


@needs_timm
@pytest.mark.parametrize("frozen", [["segmentor.backbone"], ["*.blocks.[0-1]"]])
def test_trunk__frozen_stays_and_is_in_evaluation(frozen):
    torch.manual_seed(0)
    model = adapting({**VIT, "drop_path_rate": 0.5}, frozen=frozen).train()
    cfg = dict(
        constructor="UDAOptimWrapperConstructor",
        segmentor=dict(optimizer=dict(type="AdamW", lr=1e-2)),
    )
    wrapper = build_optim_wrapper(model, cfg)
    before = copy.deepcopy(model.state_dict())
    loss, _ = model.parse_losses(model.loss(*make_batch(size=SIZE)))
    wrapper.update_params(loss)
    changed = {
        name
        for name, w in model.state_dict().items()
        if not torch.equal(w, before[name])
    }
    whole = frozen == ["segmentor.backbone"]
    fixed = "backbone." if whole else "backbone.timm_model.model.blocks.0."
    assert not any(name.startswith(fixed) for name in changed)
    assert any(name.startswith("decode_head.") for name in changed)
    assert whole or any("blocks.2." in name for name in changed)
    assert not model.backbone.timm_model.model.blocks[0].training
    assert model.decode_head.training
    if whole:  # no drop path: the same features twice
        image = torch.randn(1, 3, *SIZE)
        assert all(map(torch.equal, model.backbone(image), model.backbone(image)))


@needs_timm
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            dict(model_name="convnext_tini"),
            r"timm has no model named 'convnext_tini'.*mean 'convnext_tiny'",
        ),
        (dict(pretrained=True), r"takes no pretrained.*timm://MODEL\.TAG"),
        (dict(checkpoint_path="a.pth"), "takes no checkpoint_path"),
    ],
)
def test_trunk__error(changes, message):
    with pytest.raises(ValueError, match=message):
        trunk(VIT, **changes)


@needs_timm
def test_shipped_configs__normalise_as_timm_says():
    import timm

    for name in ("convnext_tiny", "dinov2_small", "dinov2_base"):
        cfg = Config.fromfile(MODELS_FOLDER / f"{name}.py")
        tag = cfg.segmentor.backbone.init_cfg.checkpoint.removeprefix("timm://")
        assert tag.partition(".")[0] == cfg.segmentor.backbone.model_name
        assert tag in timm.list_pretrained()
        wanted = timm.get_pretrained_cfg(tag)
        inputs = cfg.data_preprocessor
        assert inputs.mean == pytest.approx([255 * m for m in wanted.mean])
        assert inputs.std == pytest.approx([255 * s for s in wanted.std])
        assert inputs.bgr_to_rgb is True  # files are read as BGR, timm's are RGB
