"""The rules of ``--toy``."""

import copy
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.engine.toy import CROP, apply_toy
from mmseg_uda.engine.toy_data import toy_domains

CONFIGS = Path(__file__).parents[2] / "configs"


def flagship():
    resize = dict(type="RandomResize", scale=(1280, 640), ratio_range=(0.8, 1.2))
    crop = dict(type="DiverseCrop", crop_size=(256, 512))
    evaluation = dict(
        batch_size=1,
        num_workers=4,
        persistent_workers=True,
        dataset=dict(
            type="CityscapesLabelled",
            data_root="data/cityscapes",
            pipeline=[dict(type="Resize", scale=(1024, 512))],
        ),
    )
    return dict(
        train_cfg=dict(max_iters=25000, val_interval=5000),
        param_scheduler=[
            dict(type="LinearLR", begin=0, end=5000),
            dict(type="PolyLR", power=0.9, begin=5000, end=100000),
        ],
        default_hooks=dict(
            checkpoint=dict(type="CheckpointHook", interval=2500),
            logger=dict(type="LoggerHook", interval=50),
        ),
        optim_wrapper=dict(
            segmentor=dict(
                optimizer=dict(type="SGD", lr=2e-4), lr_mults=dict(decode_head=10.0)
            ),
            heads=dict(optimizer=dict(type="Adam", lr=1e-4)),
        ),
        train_dataloader=dict(
            batch_size=11,
            num_workers=4,
            persistent_workers=True,
            sampler=dict(samples_per_domain=dict(source=2, target=9)),
            dataset=dict(
                type="MultiDomainDataset",
                domains=dict(
                    source=dict(
                        type="GTA5Dataset", data_root="/d/gta", pipeline=[resize, crop]
                    ),
                    target=dict(
                        type="PseudoLabelledDataset",
                        images=dict(type="CityscapesImages", data_root="/d/cs"),
                        pipeline=[resize, crop],
                    ),
                ),
            ),
        ),
        val_dataloader=evaluation,
        test_dataloader=copy.deepcopy(evaluation),
        tta_pipeline=[
            dict(
                type="TestTimeAug",
                transforms=[[dict(type="Resize", scale=(1280, 640))]],
            )
        ],
        model=dict(
            segmentor=dict(
                type="MultiHeadEncoderDecoder",
                backbone=dict(
                    type="DeepLabResNet",
                    depth=101,
                    out_indices=(2, 3),
                    norm_cfg=dict(type="BN", requires_grad=False),
                    init_cfg=dict(type="Pretrained", checkpoint="nowhere.pth"),
                ),
                decode_head=dict(
                    type="DilatedConcatHead",
                    in_channels=[2048, 1024],
                    in_index=[1, 0],
                    input_transform="resize_concat",
                    num_classes=19,
                ),
                auxiliary_head=dict(
                    type="DilatedSumHead", in_channels=1024, in_index=0, num_classes=19
                ),
                test_cfg=dict(mode="whole"),
            ),
            heads=dict(d=dict(type="PixelDiscriminator", in_channels=19)),
            objectives=dict(c=dict(type="MinimizeMap", map="m", begin_iters=15000)),
        ),
    )


def toy(**changes):
    cfg = Config(flagship())
    cfg.merge_from_dict(changes)
    return cfg, apply_toy(cfg, "/toy")


def test_toy__data_come_from_toycity():
    cfg, _ = toy()
    domains = cfg.train_dataloader.dataset.domains
    assert domains.source.data_root == "/toy/gta5"
    assert domains.target.images.data_root == "/toy/cityscapes"
    assert cfg.val_dataloader.dataset.data_root == "/toy/cityscapes"


def test_toy__sizes_scale_once_everywhere():
    cfg, _ = toy()
    resize, crop = cfg.train_dataloader.dataset.domains.source.pipeline
    assert tuple(resize.scale) == (160, 80)
    assert tuple(crop.crop_size) == CROP
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        assert tuple(loader.dataset.pipeline[0].scale) == (128, 64)
    assert tuple(cfg.tta_pipeline[0].transforms[0][0].scale) == (160, 80)


def test_toy__scales_to_choose_from_are_scaled():
    cfg = Config(flagship())
    source = cfg.train_dataloader.dataset.domains.source
    source.pipeline[0] = dict(
        type="RandomChoiceResize", scales=[(1024, 576), (1280, 720)]
    )
    apply_toy(cfg, "/toy")
    assert source.pipeline[0]["scales"] == [(128, 72), (160, 90)]


def test_toy__decays_end_with_the_run():
    cfg = Config(flagship())
    cfg.model.objectives.c.decay = dict(power=1.0, end_iters=25000)
    cfg.model.objectives.c.weight = dict(map="m", begin_iters=5000)
    apply_toy(cfg, "/toy")
    length = cfg.train_cfg.max_iters
    assert cfg.model.objectives.c.decay.end_iters == length
    assert cfg.model.objectives.c.weight.begin_iters == length // 5


def test_toy__smallest_jittered_image_holds_a_crop():
    cfg, _ = toy()
    width, height = cfg.train_dataloader.dataset.domains.source.pipeline[0].scale
    assert 0.8 * height >= CROP[0]
    assert 0.8 * width >= CROP[1]


def test_toy__one_factor_for_all_that_counts_iterations():
    cfg, _ = toy(**{"toy.iters": 500})  # 25000 / 50
    assert (cfg.train_cfg.max_iters, cfg.train_cfg.val_interval) == (500, 100)
    assert [s.end for s in cfg.param_scheduler] == [100, 501]  # decays within the run
    assert [s.begin for s in cfg.param_scheduler] == [0, 100]
    assert cfg.default_hooks.checkpoint.interval == 50
    assert cfg.model.objectives.c.begin_iters == 300


def test_toy__says_which_of_its_domains_are_read():
    cfg, _ = toy()
    cfg.train_dataloader.dataset.domains.source = None
    assert toy_domains([cfg], "/toy") == ["cityscapes"]
    assert toy_domains([toy()[0]], "/toy") == ["gta5", "cityscapes"]
    assert toy_domains([cfg], "elsewhere") == []


@pytest.mark.parametrize("iters", [0, -1, "many", 1.5])
def test_toy__length_must_be_a_whole_number(iters):
    with pytest.raises(ValueError, match=r"toy\.iters must be a whole number"):
        toy(toy=dict(iters=iters))


def test_toy__a_shorter_config_keeps_its_length():
    cfg, _ = toy(**{"train_cfg.max_iters": 10})
    assert cfg.train_cfg.max_iters == 10


def test_toy__batches_stay_consistent():
    cfg, _ = toy()
    drawn = cfg.train_dataloader.sampler.samples_per_domain
    assert dict(drawn) == dict(source=2, target=4)
    assert cfg.train_dataloader.batch_size == 6


def test_toy__rates_of_sgd_only():
    cfg, _ = toy()
    assert cfg.optim_wrapper.segmentor.optimizer.type == "AdamW"
    assert cfg.optim_wrapper.segmentor.optimizer.lr == pytest.approx(2e-3)
    assert "lr_mults" not in cfg.optim_wrapper.segmentor
    assert cfg.optim_wrapper.heads.optimizer.lr == pytest.approx(1e-4)


def test_toy__network_is_built_and_small():
    cfg, _ = toy()
    assert cfg.model.heads.d.channels == (16, 32, 64, 128)
    segmentor = MODELS.build(cfg.model.segmentor)
    assert sum(p.numel() for p in segmentor.parameters()) < 2e6
    assert segmentor.decode_head.in_channels == 96
    assert all(p.requires_grad for p in segmentor.parameters())


def test_toy__method_is_untouched():
    before, (cfg, _) = flagship(), toy()
    assert cfg.model.objectives.c.map == before["model"]["objectives"]["c"]["map"]
    assert cfg.model.heads.d.type == "PixelDiscriminator"


def test_toy__config_has_the_last_word():
    cfg, changes = toy(
        toy=dict(
            iters=100,
            optim_wrapper=dict(segmentor=dict(optimizer=dict(lr=0.5))),
            train_cfg=dict(val_interval=7),
        )
    )
    assert cfg.train_cfg == dict(max_iters=100, val_interval=7)
    assert cfg.optim_wrapper.segmentor.optimizer.lr == 0.5
    assert any("optim_wrapper" in change for change in changes)


BACKBONE = "model.segmentor.backbone"
OWN = {f"{BACKBONE}.type": "TwoScales"}


@pytest.fixture
def _two_scales(monkeypatch):
    """A backbone of one's own of two outputs, w channels at 1/4 and 2w at 1/8."""

    class TwoScales(nn.Module):
        def __init__(self, width=512, needs=(64, 128), init_cfg=None, **_):
            super().__init__()
            self.needs, self.convs = needs, nn.ModuleList()
            for before, stride in ((3, 4), (width, 2)):
                after = width if before == 3 else 2 * width
                self.convs.append(nn.Conv2d(before, after, 3, stride, padding=1))

        def forward(self, x):
            assert tuple(x.shape[2:]) == self.needs
            first = self.convs[0](x)
            return first, self.convs[1](first)

    module = {**MODELS.module_dict, "TwoScales": TwoScales}
    monkeypatch.setattr(MODELS, "_module_dict", module)


def channels(cfg):
    heads = cfg.model.segmentor
    return heads.decode_head.in_channels, heads.auxiliary_head.in_channels


@pytest.mark.usefixtures("_two_scales")
def test_toy__own_backbone_stays_and_starts_from_scratch():
    cfg, changes = toy(**OWN)
    assert cfg.model.segmentor.backbone.init_cfg is None
    assert channels(cfg) == ([2048, 1024], 1024)
    assert any("TwoScales stays as it is, from scratch" in line for line in changes)


@pytest.mark.usefixtures("_two_scales")
def test_toy__heads_follow_what_the_config_says_of_its_backbone():
    small = dict(model=dict(segmentor=dict(backbone=dict(width=6))))
    cfg, _ = toy(**OWN, toy=small)
    assert cfg.model.segmentor.backbone.width == 6
    assert channels(cfg) == ([12, 6], 6)
    MODELS.build(cfg.model.segmentor)
    small["model"]["segmentor"]["backbone"] = dict(_delete_=True, type="TwoScales")
    cfg, _ = toy(**OWN, toy=small)
    assert dict(cfg.model.segmentor.backbone) == dict(type="TwoScales")
    assert channels(cfg) == ([1024, 512], 512)


@pytest.mark.usefixtures("_two_scales")
def test_toy__heads_that_see_features_follow_too():
    cfg = Config(flagship())
    cfg.merge_from_dict(OWN)
    cfg.model.segmentor.decode_head = dict(
        type="DilatedSumHead", in_channels=2048, in_index=1, num_classes=19
    )
    cfg.model.heads.c = dict(type="PixelDiscriminator", in_channels=2048)
    cfg.model.objectives.c = dict(type="Adversarial", sees="feature", head="c")
    cfg.toy = dict(model=dict(segmentor=dict(backbone=dict(width=6))))
    apply_toy(cfg, "/toy")
    assert cfg.model.heads.c.in_channels == 12
    assert cfg.model.heads.d.in_channels == 19


@pytest.mark.usefixtures("_two_scales")
def test_toy__channels_that_cannot_be_seen_are_to_be_given():
    small = dict(backbone=dict(width=6, needs=(32, 32)))
    segmentor = dict(model=dict(segmentor=small))
    with pytest.raises(ValueError, match=r"TwoScales on an image of 64x128 pixels"):
        toy(**OWN, toy=segmentor)
    small["decode_head"] = dict(in_channels=[12, 6])
    with pytest.raises(ValueError, match=r"decode_head=dict\(in_channels=\.\.\.\)"):
        toy(**OWN, toy=segmentor)
    small["auxiliary_head"] = dict(in_channels=6)
    assert channels(toy(**OWN, toy=segmentor)[0]) == ([12, 6], 6)


@pytest.mark.parametrize("kind", ["ResNetV1c", "mmseg.ResNet"])
def test_toy__stock_networks_are_shrunk(kind):
    norm = dict(type="BN", requires_grad=True)
    head = dict(num_classes=19, norm_cfg=norm, dropout_ratio=0.1, align_corners=False)
    cfg = Config(flagship())
    cfg.model.segmentor = dict(
        type="EncoderDecoder",
        pretrained="open-mmlab://resnet50_v1c",
        backbone=dict(
            type=kind,
            depth=50,
            num_stages=4,
            out_indices=(0, 1, 2, 3),
            dilations=(1, 1, 2, 4),
            strides=(1, 2, 1, 1),
            norm_cfg=norm,
            contract_dilation=True,
        ),
        decode_head=dict(
            head,
            type="DepthwiseSeparableASPPHead",
            in_channels=2048,
            in_index=3,
            channels=512,
            dilations=(1, 12, 24, 36),
            c1_in_channels=256,
            c1_channels=48,
        ),
        auxiliary_head=dict(
            head, type="FCNHead", in_channels=1024, in_index=2, channels=256
        ),
        test_cfg=dict(mode="whole"),
    )
    apply_toy(cfg, "/toy")
    assert cfg.model.segmentor.pretrained is None
    segmentor = MODELS.build(cfg.model.segmentor)
    assert sum(p.numel() for p in segmentor.parameters()) < 1e6
    logits = segmentor(torch.zeros(2, 3, 64, 128))
    assert logits.shape[:2] == (2, 19)


def test_toy__unknown_data_are_explained():
    with pytest.raises(ValueError, match=r"which part of ToyCity[\s\S]*Mapillary"):
        toy(
            **{
                "train_dataloader.dataset.domains.source.type": "Mapillary",
                "train_dataloader.dataset.domains.source.data_root": "data/map",
            }
        )


@pytest.mark.parametrize("leaf", ["cr_al_gta", "rit_gta", "cr_al_vgg16_gta"])
def test_toy__heads_of_features_are_as_narrow_as_these(leaf):
    cfg = Config.fromfile(CONFIGS / "mlan" / f"{leaf}.py")
    apply_toy(cfg)
    model = MODELS.build(cfg.model)
    channels = model.segmentor.decode_head.in_channels
    assert channels < 256
    for name in ("c_small", "c_medium", "c_large"):
        assert model.heads[name].conv2d_list[0].in_channels == channels
    assert model.heads["c_image"].layers[0].in_channels == channels
