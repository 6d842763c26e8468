"""What a segmentor's ``test_cfg`` says of prediction, before the first validation."""

import pytest
import torch
from helpers import tiny_segmentor
from mmengine.config import Config, ConfigDict
from mmseg.registry import MODELS

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.inference import check_inference
from mmseg_uda.stages.checks.model import check_model

WINDOWS = dict(mode="slide", crop_size=(64, 64), stride=(32, 32))
META = dict(img_shape=(96, 96), ori_shape=(96, 96), pad_shape=(96, 96))


def build(test_cfg):
    wrapped = tiny_segmentor(type="EncoderDecoder", test_cfg=test_cfg)
    objectives = dict(source=dict(type="Supervised", loss_weight=1.0))
    wrapped.pop("auxiliary_head", None)
    return MODELS.build(
        dict(type="UDASegmentor", segmentor=wrapped, objectives=objectives)
    ).eval()


@pytest.mark.parametrize(
    ("test_cfg", "said"),
    [
        # mmseg's fcn_unet_s5-d16.py, as it stands
        (dict(WINDOWS, crop_size=256), r"crop_size=256: .*crop_size=\(256, 256\)"),
        (dict(WINDOWS, stride=170), r"stride=170: .*stride=\(170, 170\)"),
        (dict(mode="slide"), "crop_size=None: mmseg takes a pair"),
        (dict(WINDOWS, stride=(65, 32)), r"stride=\(65, 32\), larger than crop_size"),
        (dict(mode="whol"), "mode='whol', and .* whole, slide"),
        (dict(), "mode=None"),
    ],
)
def test_check_inference__what_mmseg_fails_on(test_cfg, said):
    model = build(test_cfg)
    failures = (TypeError, AttributeError, AssertionError, ValueError)
    with torch.no_grad(), pytest.raises(failures):
        model.segmentor.inference(torch.zeros(1, 3, 96, 96), [META])
    with pytest.raises(StageError, match=said):
        check_inference(model)


@pytest.mark.parametrize("test_cfg", [WINDOWS, dict(mode="whole")])
def test_check_inference__what_works(test_cfg):
    check_inference(build(test_cfg))
    check_inference(build(test_cfg).segmentor)
    check_inference(torch.nn.Identity())


def test_check_model__looks_at_prediction_where_there_is_one():
    model = dict(tiny_segmentor(type="EncoderDecoder"), test_cfg=dict(mode="slide"))
    with pytest.raises(StageError, match="crop_size=None"):
        check_model(Config(dict(model=ConfigDict(model))), None, trains=False)
