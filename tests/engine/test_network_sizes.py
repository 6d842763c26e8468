"""Sizes that a network does not take are found before anything is trained."""

import pytest
from PIL import Image

from mmseg_uda.engine.stages import StageError
from mmseg_uda.engine.stages.checks.loaders import DataCheck

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
