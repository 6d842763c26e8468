"""Cascades of decode heads (OCRNet): each sees what the one before predicts."""

import pytest
import torch
from helpers import make_batch
from mmengine.config import ConfigDict
from mmseg.models.decode_heads.cascade_decode_head import BaseCascadeDecodeHead
from mmseg.models.segmentors import CascadeEncoderDecoder
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.structures.seg_heads import check_segmentation_heads
from mmseg_uda.visualization.noisy_predictor import NoisyPredictor

WEIGHTS = dict(decode=1.0, decode_0=0.4)


def cascade(num_stages=2, **last) -> dict:
    """A narrow OCRNet; its stages read different levels."""
    common = dict(
        num_classes=19,
        channels=4,
        norm_cfg=dict(type="BN"),
        loss_decode=dict(type="CrossEntropyLoss", avg_non_ignore=True),
    )
    first = dict(
        type="FCNHead",
        in_channels=16,
        in_index=2,
        num_convs=1,
        dropout_ratio=0.5,
        **common,
    )
    ocr = dict(
        type="OCRHead",
        in_channels=[4, 32],
        in_index=[0, 3],
        input_transform="resize_concat",
        ocr_channels=4,
        dropout_ratio=0.5,
        **common,
    )
    return dict(
        type="CascadeEncoderDecoder",
        num_stages=num_stages,
        backbone=dict(
            type="ResNetV1c",
            depth=18,
            base_channels=4,
            stem_channels=4,
            strides=(1, 1, 1, 1),  # a stage takes its predecessor's size
            norm_cfg=dict(type="BN"),
        ),
        decode_head=[first, *[{**ocr, **last}] * (num_stages - 1)],
        test_cfg=ConfigDict(mode="whole"),
    )


def build(weights=WEIGHTS, **segmentor) -> nn.Module:
    lipschitz = dict(type="LipschitzMap", on="target", noise=dict(eps=0.5))
    objectives = dict(
        source=dict(type="Supervised", loss_weight=weights),
        lipschitz=dict(type="MinimizeMap", map="lipschitz"),
    )
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=cascade(**segmentor),
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
            maps=dict(lipschitz=lipschitz),
            objectives=objectives,
        )
    ).train()


def without_dropout(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.Dropout2d):
            module.p = 0.0
    return model


@pytest.mark.parametrize("num_stages", [2, 3])
def test_cascade__is_what_mmseg_runs(num_stages):
    names = [*(f"decode_{i}" for i in range(num_stages - 1)), "decode"]
    weights = dict.fromkeys(names, 0.5)
    model = without_dropout(build(weights, num_stages=num_stages))
    inputs, samples = make_batch(("source", "target"), size=(32, 64))
    ours = model.loss(inputs, samples)
    theirs = model.segmentor.loss(inputs["source"], samples["source"])
    for i, name in enumerate(names):
        expected = theirs[f"decode_{i}.loss_ce"].item()
        assert ours[f"source.{name}"].item() == pytest.approx(expected, rel=1e-5)
    view = model.eval().step(inputs, samples).view("target")
    metas = [dict(img_shape=(32, 64))] * len(inputs["target"])
    logits = model.segmentor.encode_decode(inputs["target"], metas)
    assert torch.allclose(view.logits("decode"), logits, atol=1e-6)


def test_lipschitz_of_a_cascade__sees_all_levels_and_trains_all_stages():
    model = build()
    batch = make_batch(("source", "target"), size=(32, 64))
    model.loss(*batch)["lipschitz.loss_decode"].backward()
    for stage in model.segmentor.decode_head:
        assert sum(p.grad.abs().sum() for p in stage.parameters()) > 0
    view = model.step(*batch).view("target")
    view.logits("decode")
    assert view.levels("decode") == [2, 0, 3]
    model.maps["lipschitz"].noise.eps = 0.0
    assert model.loss(*batch)["lipschitz.loss_decode"] == 0


def test_earlier_stages__want_a_loss_of_their_own():
    with pytest.raises(ValueError, match="decode_0"):
        build(dict(decode=1.0))


class _Shift:
    """Stands in for the noise: adds a number of its own at each draw."""

    def __init__(self) -> None:
        self.draws = 0

    def added_to(self, feats, levels, **_):
        self.draws += 1
        return [f + self.draws if i in levels else f for i, f in enumerate(list(feats))]


def test_noisy_predictor__gives_all_stages_of_a_cascade_one_draw():
    model = build().eval()
    inputs, samples = make_batch(("target",), num_images=1, size=(32, 64))
    (sample,) = samples["target"]
    sample.set_metainfo(dict(ori_shape=(32, 64), img_shape=(32, 64)))
    data = dict(inputs=[inputs["target"][0].byte()], data_samples=[sample])
    noise = _Shift()
    with torch.no_grad(), NoisyPredictor(model, data, noise) as predictor:
        feats = list(model.segmentor.extract_feat(predictor.batch["inputs"]))
        drawn = [predictor.noisy().seg_logits.data.clone() for _ in range(2)]
    assert noise.draws == 2
    for draw, logits in enumerate(drawn, start=1):
        shifted = [f + draw if i != 1 else f for i, f in enumerate(feats)]
        model.segmentor.extract_feat = lambda _, shifted=shifted: shifted
        with torch.no_grad():
            expected = model.segmentor.encode_decode(
                predictor.batch["inputs"], [sample.metainfo]
            )
        assert torch.allclose(logits, expected[0], atol=1e-5)


@MODELS.register_module()
class RefiningHead(BaseCascadeDecodeHead):
    """Like PointRend's head: predicts by a procedure of its own."""

    def forward(self, inputs, prev_output):
        return prev_output

    def predict(self, inputs, prev_output, batch_img_metas, test_cfg):
        return prev_output


def test_stage_with_a_predict_of_its_own__is_refused():
    config = cascade()
    config["decode_head"][1] = dict(
        type="RefiningHead", in_channels=32, channels=4, num_classes=19
    )
    config.pop("type")
    with pytest.raises(TypeError, match=r"RefiningHead is a stage .* its own predict"):
        check_segmentation_heads(CascadeEncoderDecoder(**config))
