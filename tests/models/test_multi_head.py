"""The segmentor of two heads: fusion, one up-sampling step, flips, padding, slide."""

import copy
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

import mmseg_uda  # noqa: F401

CONFIGS = Path(__file__).parents[2] / "configs" / "_base_" / "models"
HEAD = dict(type="DilatedSumHead", num_classes=5, dilations=(1, 2))
CFG = dict(
    type="MultiHeadEncoderDecoder",
    backbone=dict(
        type="DeepLabResNet",
        depth=18,
        base_channels=4,
        stem_channels=4,
    ),
    decode_head=dict(HEAD, in_channels=32, in_index=1),
    auxiliary_head=dict(HEAD, in_channels=16, in_index=0),
)


def _model(**kwargs):
    torch.manual_seed(0)
    model = MODELS.build({**copy.deepcopy(CFG), **kwargs})
    for p in model.decode_head.parameters():
        torch.nn.init.normal_(p)
    return model.eval()


def _sample(ori=(61, 97), **meta):
    sample = SegDataSample()
    sample.set_metainfo(
        dict(ori_shape=ori, img_shape=(32, 48), img_path="a.png", **meta)
    )
    return sample


def _images(n=1, size=(32, 48)):
    torch.manual_seed(1)
    return 30 * torch.randn(n, 3, *size)


def _bilinear_by_hand(logits, size):
    """Bilinear, corners aligned: out[y] reads at y * (h - 1) / (H - 1)."""
    for dim, out in ((2, size[0]), (3, size[1])):
        n = logits.shape[dim]
        at = torch.arange(out, dtype=torch.float64) * (n - 1) / (out - 1)
        low = at.floor().long().clamp(max=n - 2)
        shape = [1, 1, 1, 1]
        shape[dim] = out
        t = (at - low).view(shape)
        a, b = logits.index_select(dim, low), logits.index_select(dim, low + 1)
        logits = a * (1 - t) + b * t
    return logits


@torch.no_grad()
def test_predict__is_fused_logits_resized_once():
    model = _model().double()
    x = _images().double()
    feats = model.extract_feat(x)
    fused = model.decode_head(feats) + 0.5 * model.auxiliary_head(feats)
    (result,) = model.predict(x, [_sample()])
    expected = _bilinear_by_hand(fused, (61, 97))[0]
    torch.testing.assert_close(result.seg_logits.data, expected)
    assert torch.equal(result.pred_sem_seg.data[0], expected.argmax(0))
    twice = _bilinear_by_hand(_bilinear_by_hand(fused, (32, 48)), (61, 97))[0]
    assert (twice - expected).abs().max() > 1e-3


@torch.no_grad()
def test_forward__tensor_mode_is_fused_logits():
    model = _model(aux_weight=0.25)
    feats = model.extract_feat(_images())
    expected = model.decode_head(feats) + 0.25 * model.auxiliary_head(feats)
    torch.testing.assert_close(model(_images(), mode="tensor"), expected)


@torch.no_grad()
@pytest.mark.parametrize("change", [dict(auxiliary_head=None), dict(aux_weight=0)])
def test_forward__one_head_only(change):
    model = _model(**change)
    expected = model.decode_head(model.extract_feat(_images()))
    assert torch.equal(model(_images(), mode="tensor"), expected)
    assert model.predict(_images(), [_sample()])[0].seg_logits.shape == (61, 97)


@torch.no_grad()
def test_fuse__resizes_the_auxiliary_logits():
    model = _model()
    decode, aux = torch.randn(1, 5, 9, 9), torch.randn(1, 5, 5, 5)
    larger = F.interpolate(aux, (9, 9), mode="bilinear", align_corners=True)
    torch.testing.assert_close(model.fuse(decode, aux), decode + 0.5 * larger)


@torch.no_grad()
def test_predict__batch_of_different_original_shapes():
    model, x = _model().double(), _images(2).double()
    results = model.predict(x, [_sample((40, 50)), _sample((61, 97))])
    assert [r.seg_logits.shape for r in results] == [(40, 50), (61, 97)]
    for i, shape in enumerate([(40, 50), (61, 97)]):
        (alone,) = model.predict(x[i : i + 1], [_sample(shape)])
        torch.testing.assert_close(alone.seg_logits.data, results[i].seg_logits.data)


@torch.no_grad()
@pytest.mark.parametrize(("direction", "dim"), [("horizontal", -1), ("vertical", -2)])
def test_predict__flips_are_undone(direction, dim):
    model, x = _model().double(), _images().double()
    flipped = _sample(flip=True, flip_direction=direction)
    (result,) = model.predict(x, [flipped])
    (plain,) = model.predict(x, [_sample()])
    expected = plain.seg_logits.data.flip(dim)
    torch.testing.assert_close(result.seg_logits.data, expected)


@torch.no_grad()
def test_predict__tta_averages_both_views():
    model, x = _model().double(), _images().double()
    tta = SegTTAModel(module=model)
    tta.data_preprocessor = model.data_preprocessor
    samples = [[_sample()], [_sample(flip=True, flip_direction="horizontal")]]
    views = [model.predict(x, samples[0]), model.predict(x.flip(-1), samples[1])]
    probs = [v[0].seg_logits.data.softmax(0) for v in views]
    expected = (probs[0] + probs[1]).argmax(0)
    (merged,) = tta.merge_preds([[views[0][0], views[1][0]]])
    assert torch.equal(merged.pred_sem_seg.data[0], expected)


@torch.no_grad()
@pytest.mark.parametrize("key", ["padding_size", "img_padding_size"])
def test_predict__padding_is_cut_off_at_input_size(key):
    model, x = _model().double(), _images().double()
    (result,) = model.predict(x, [_sample(**{key: [0, 8, 0, 5]})])
    logits = model(x, mode="tensor")
    full = F.interpolate(logits, (32, 48), mode="bilinear", align_corners=True)
    expected = F.interpolate(
        full[:, :, :27, :40], (61, 97), mode="bilinear", align_corners=True
    )
    torch.testing.assert_close(result.seg_logits.data, expected[0])


@torch.no_grad()
def test_predict__slide_with_one_window_is_the_two_step_result():
    test_cfg = dict(mode="slide", crop_size=(32, 48), stride=(32, 48))
    model, x = _model(test_cfg=test_cfg), _images()
    (result,) = model.predict(x, [_sample()])
    logits = model(x, mode="tensor")
    full = F.interpolate(logits, (32, 48), mode="bilinear", align_corners=True)
    expected = F.interpolate(full, (61, 97), mode="bilinear", align_corners=True)
    torch.testing.assert_close(result.seg_logits.data, expected[0])


@torch.no_grad()
def test_predict__slide_with_many_windows():
    test_cfg = dict(mode="slide", crop_size=(24, 32), stride=(8, 16))
    model = _model(test_cfg=test_cfg)
    (result,) = model.predict(_images(), [_sample()])
    assert result.seg_logits.shape == (61, 97)


@torch.no_grad()
def test_predict__without_samples_stays_at_input_size():
    (result,) = _model().predict(_images())
    assert result.seg_logits.shape == (32, 48)


@torch.no_grad()
def test_encode_decode__has_input_size():
    model = _model()
    metas = [dict(ori_shape=(61, 97), img_shape=(32, 48))]
    assert model.encode_decode(_images(), metas).shape == (1, 5, 32, 48)


def test_loss__stock_path_trains_both_heads():
    model = _model().train()
    sample = _sample()
    sample.gt_sem_seg = PixelData(data=torch.zeros(1, 32, 48, dtype=torch.long))
    losses = model(_images(), [sample], mode="loss")
    sum(v for k, v in losses.items() if "loss" in k).backward()
    for name, p in model.named_parameters():
        assert (p.grad is not None) == p.requires_grad, name


def test_init__errors():
    with pytest.raises(ValueError, match="aux_weight"):
        _model(aux_weight=-1)
    with pytest.raises(ValueError, match="auxiliary_head"):
        _model(auxiliary_head=[CFG["auxiliary_head"]] * 2)


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("deeplabv2_r101_concat", {"decode_head": 3072, "auxiliary_head": 1024}),
        ("deeplabv2_r101_sum", {"decode_head": 2048, "auxiliary_head": 1024}),
        ("deeplabv2_r101_sum_single", {"decode_head": 2048}),
    ],
)
def test_base_configs__build_and_predict(name, heads):
    cfg = Config.fromfile(CONFIGS / f"{name}.py")
    assert set(cfg) == {"segmentor", "data_preprocessor"}
    MODELS.build(cfg.data_preprocessor)
    with torch.device("meta"):
        model = MODELS.build(cfg.segmentor).eval()
        logits = model(torch.empty(1, 3, 256, 512), mode="tensor")
    assert tuple(logits.shape) == (1, 19, 33, 65)
    children = {n for n, m in model.named_children() if n.endswith("head") and m}
    assert children == set(heads)
    for head, channels in heads.items():
        assert getattr(model, head).in_channels == channels
