"""A config of ours in the words of stock mmseg."""

import pytest
from mmengine.config import Config

from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.exporting.plain_config import PlainConfig
from mmseg_uda.exporting.write_plain import plain_text

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(64, 48), keep_ratio=True),
    dict(type="LoadLabels"),
    dict(type="PackSegInputs"),
]


def config(pipeline=PIPELINE, **entries):
    head = dict(type="DilatedSumHead", in_channels=32, num_classes=2, channels=8)
    return Config(
        dict(
            model=dict(
                type="UDASegmentor",
                data_preprocessor=dict(
                    type="MultiDomainDataPreProcessor", mean=[1.0] * 3, std=[2.0] * 3
                ),
                segmentor=dict(
                    type="EncoderDecoder",
                    backbone=dict(
                        type="DeepLabResNet",
                        depth=18,
                        norm_cfg=dict(type="SyncBN", requires_grad=True),
                        init_cfg=dict(type="Pretrained", checkpoint="resnet18.pth"),
                    ),
                    decode_head=head,
                    train_cfg=dict(),
                ),
                objectives=dict(source=dict(type="Supervised", on="source")),
            ),
            test_dataloader=dict(
                dataset=dict(type="LabelledFolder", pipeline=pipeline)
            ),
            **entries,
        )
    )


def plain(reader=None, **entries):
    colors = [(0, 0, 0), (9, 9, 9)]
    return PlainConfig(config(**entries), ["a", "b"], colors, reader or ImageReader())


def test_model__is_that_which_predicts():
    found = plain()
    model = found.model
    assert model["type"] == "EncoderDecoder"
    assert "objectives" not in model
    assert model["data_preprocessor"] == dict(
        type="SegDataPreProcessor", mean=[1.0] * 3, std=[2.0] * 3, size_divisor=1
    )
    assert "train_cfg" not in model
    backbone = model["backbone"]
    assert backbone["type"] == f"DeepLabResNet_{found.bundle.code}"
    # nothing is downloaded, and no GPU is needed
    assert "init_cfg" not in backbone
    assert backbone["norm_cfg"]["type"] == "BN"


def test_pipeline__without_labels_keeps_tuples():
    found = plain()
    kinds = [transform["type"] for transform in found.pipeline]
    assert kinds == ["LoadImageFromFile", "Resize", "PackSegInputs"]
    assert found.pipeline[1]["scale"] == (64, 48)  # mmcv refuses a list
    assert "backend_args" not in found.pipeline[0]


def test_pipeline__reads_as_the_data_set_does():
    found = plain(ImageReader(value_range=(0, 4095), bands=(3, 2, 1)))
    assert found.pipeline[0]["backend_args"] == dict(
        backend=f"ImageBytes_{found.bundle.code}",
        value_range=[0, 4095],
        bands=[3, 2, 1],
    )


def test_text__is_a_config_that_mmengine_reads(tmp_path):
    found = plain(custom_imports=dict(imports=["mmseg_uda", "json"]))
    found.bundle.write(tmp_path)
    path = tmp_path / "model.py"
    path.write_text(plain_text(found))
    read = Config.fromfile(path)
    assert read.custom_imports.imports == [found.bundle.name, "json"]
    assert read.test_dataloader.dataset.metainfo.classes == ["a", "b"]
    assert read.test_dataloader.dataset.pipeline[1].scale == (64, 48)
    assert read.model.decode_head.type == f"DilatedSumHead_{found.bundle.code}"


def test_stock_network__needs_no_package():
    cfg = config()
    cfg.model.segmentor.backbone.type = "ResNetV1c"
    cfg.model.segmentor.decode_head.type = "FCNHead"
    found = PlainConfig(cfg, ["a", "b"], [(0, 0, 0), (9, 9, 9)], ImageReader())
    assert found.bundle is None
    assert "custom_imports" not in plain_text(found)
    assert "sys.path" not in plain_text(found)


def test_loader__must_come_first():
    with pytest.raises(ValueError, match=r"begins with LoadImageFromFile.*got Resize"):
        plain(pipeline=PIPELINE[1:])
