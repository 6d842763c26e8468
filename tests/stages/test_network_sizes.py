"""Sizes that a network does not take are found before anything is trained."""

import pytest
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from PIL import Image
from torch import nn

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.loaders import DataCheck

UNET = dict(
    type="EncoderDecoder",
    backbone=dict(
        type="UNet",
        base_channels=4,
        num_stages=3,
        strides=(1, 1, 1),
        enc_num_convs=(1, 1, 1),
        dec_num_convs=(1, 1),
        downsamples=(True, True),
        enc_dilations=(1, 1, 1),
        dec_dilations=(1, 1),
        norm_cfg=dict(type="BN"),
    ),
    decode_head=dict(
        type="FCNHead",
        in_channels=4,
        in_index=2,
        channels=4,
        num_convs=1,
        num_classes=2,
        norm_cfg=dict(type="BN"),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode="whole"),
)


@pytest.fixture
def config(tmp_path):
    Image.new("RGB", (90, 64)).save(tmp_path / "x.png")

    def of(key="val_dataloader", resize=(90, 64), pads=None, **changes):
        pipeline = [
            dict(type="LoadImageFromFile"),
            dict(type="Resize", scale=resize),
            dict(type="PackSegInputs"),
        ]
        dataset = dict(
            type="UnlabelledFolder", data_root=str(tmp_path), pipeline=pipeline
        )
        model = dict(segmentor={**UNET, **changes})
        if pads is not None:
            model["data_preprocessor"] = dict(test_cfg=dict(size_divisor=pads))
        return {"model": model, key: dict(dataset=dataset, batch_size=1)}

    return of


@pytest.mark.parametrize("key", ["train_dataloader", "val_dataloader"])
def test_network_sizes__that_it_refuses(config, key):
    said = rf"{key}: .*x\.png is 90x64 .*does not take: .*divisible by.*size_divisor"
    with pytest.raises(StageError, match=said):
        DataCheck()(config(key), "one")


@pytest.mark.parametrize(
    "changes",
    [
        dict(resize=(92, 64)),
        dict(pads=4),
        dict(test_cfg=dict(mode="slide", crop_size=(64, 64), stride=(32, 32))),
    ],
)
def test_network_sizes__that_it_takes(config, changes):
    DataCheck()(config(**changes), "one")


def test_network_sizes__of_any_are_taken_by_others(config):
    backbone = dict(type="ResNet", depth=18, num_stages=4, style="pytorch")
    head = {**UNET["decode_head"], "in_channels": 512, "in_index": 3}
    DataCheck()(config(resize=(91, 65), backbone=backbone, decode_head=head), "one")


@MODELS.register_module()
class PatchesOf14(BaseModule):
    """A backbone of one's own that takes multiples of 14, as DINOv2 does."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 14, stride=14)

    def forward(self, images):
        for side in images.shape[2:]:
            assert side % 14 == 0, f"{side} should be divisible by patch size (14)"
        return (self.conv(images),)


SLIDE = dict(mode="slide", stride=(28, 28))


@pytest.mark.parametrize(
    ("resize", "test_cfg", "said"),
    [
        # multiples of 64, which networks that halve images take
        ((128, 64), dict(mode="whole"), "is 128x64 .*64 should be divisible by patch"),
        ((128, 64), {**SLIDE, "crop_size": (64, 64)}, "seen in windows of 64x64, "),
        ((112, 64), {**SLIDE, "crop_size": (56, 56)}, None),
        ((112, 56), dict(mode="whole"), None),
    ],
)
def test_network_sizes__of_patches(config, resize, test_cfg, said):
    head = {**UNET["decode_head"], "in_index": 0}
    changes = dict(
        backbone=dict(type="PatchesOf14"), decode_head=head, test_cfg=test_cfg
    )
    check = DataCheck()
    if said is None:
        check(config(resize=resize, **changes), "one")
        return
    with pytest.raises(StageError, match=said):
        check(config(resize=resize, **changes), "one")
