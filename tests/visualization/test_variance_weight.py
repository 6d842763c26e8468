"""The variance weight against its definition, and the model left as it was."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers import tiny_segmentor
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from one_image import build_model, one_image

from mmseg_uda.models.maps import FeatureNoise
from mmseg_uda.models.maps.feature_noise import NOISE_KINDS
from mmseg_uda.utils.undisturbed import undisturbed
from mmseg_uda.visualization import NoisyPredictor, sample_maps, variance_weight


class RecordedNoise(FeatureNoise):
    """Noise that remembers what it has drawn."""

    def __init__(self, *args):
        super().__init__(*args)
        self.drawn = []

    def __call__(self, feats):
        self.drawn.append(super().__call__(feats))
        return self.drawn[-1]


def fused_classes(segmentor, feats, noise, size):
    """argmax of decode + 0.5 aux on noisy features, resized once; naive loops."""
    decode = segmentor.decode_head([feats[0], feats[1] + noise["decode"]])
    aux = segmentor.auxiliary_head([feats[0] + noise["aux"], feats[1]])
    fused = decode + 0.5 * F.interpolate(aux, decode.shape[2:], mode="bilinear")
    align = segmentor.decode_head.align_corners
    logits = F.interpolate(fused, size, mode="bilinear", align_corners=align)[0]
    classes = np.zeros(size, int)
    for h in range(size[0]):
        for w in range(size[1]):
            classes[h, w] = max(range(len(logits)), key=lambda c: logits[c, h, w])
    return classes


@torch.no_grad()
def test_variance_weight__is_the_share_of_changed_classes():
    model = build_model().double().eval()
    noise = RecordedNoise("gaussian_clip", 2.0)
    with NoisyPredictor(model, one_image(), noise) as predictor:
        image = predictor.batch["inputs"].double()
        predictor.batch["inputs"] = image
        weight = variance_weight(predictor, draws=3)
    assert [len(draw) for draw in noise.drawn] == [1] * 6  # own noise for each head
    feats = model.segmentor.extract_feat(image)
    zero = dict(decode=0, aux=0)
    clean = fused_classes(model.segmentor, feats, zero, (48, 64))
    expected = np.zeros((48, 64))
    for draw in range(3):
        (first,), (second,) = noise.drawn[2 * draw : 2 * draw + 2]
        by_shape = {first.shape: first, second.shape: second}
        r = dict(decode=by_shape[feats[1].shape], aux=by_shape[feats[0].shape])
        changed = fused_classes(model.segmentor, feats, r, (48, 64)) != clean
        expected += changed / 3
    assert expected.max() > 0
    np.testing.assert_allclose(weight.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_variance_weight__without_noise_is_exactly_zero(kind):
    # dropout is in the model: in training mode its masks would change classes
    noise = dict(kind=kind, eps=0.0, unit="rms")
    maps = sample_maps(build_model(), one_image(), draws=3, noise=noise)
    assert maps.variance.max() == 0
    assert maps.lipschitz.max() == 0


def test_variance_weight__range_steps_and_growth_with_noise():
    small, large = (
        sample_maps(build_model(), one_image(), draws=4, noise=dict(eps=eps)).variance
        for eps in (0.1, 5.0)
    )
    for weight in (small, large):
        assert weight.shape == (48, 64)
        assert set(np.unique(weight)) <= {0, 0.25, 0.5, 0.75, 1}
    assert small.mean() < large.mean()


@pytest.mark.parametrize("mode", ["whole", "slide"])
def test_variance_weight__of_the_worst_direction_is_larger_than_of_a_random_one(mode):
    test_cfg = dict(mode="slide", crop_size=(16, 16), stride=(8, 8))
    segmentor = dict(test_cfg=test_cfg) if mode == "slide" else {}
    model, weights, lipschitz = build_model(**segmentor), {}, {}
    for kind in ("l2_location", "worst_direction"):
        noise = dict(kind=kind, eps=0.5, unit="location")
        maps = sample_maps(model, one_image(), draws=4, noise=noise)
        weights[kind], lipschitz[kind] = maps.variance.mean(), maps.lipschitz.mean()
    assert weights["worst_direction"] > weights["l2_location"]
    assert lipschitz["worst_direction"] > 2 * lipschitz["l2_location"]
    assert all(p.grad is None for p in model.parameters())


def test_variance_weight__number_of_draws():
    model = build_model().eval()
    with (
        NoisyPredictor(model, one_image(), FeatureNoise()) as predictor,
        pytest.raises(ValueError, match="draws must be at least 1, got 0"),
    ):
        variance_weight(predictor, 0)


def test_noisy_predictor__extracts_features_once_and_leaves_no_trace():
    model = build_model().eval()
    calls = []
    model.segmentor.backbone.register_forward_hook(lambda *_: calls.append(1))
    with NoisyPredictor(model, one_image(), FeatureNoise(eps=2.0)) as predictor:
        variance_weight(predictor, draws=2)
    assert len(calls) == 1
    assert "extract_feat" not in vars(model.segmentor)
    for head in (model.segmentor.decode_head, model.segmentor.auxiliary_head):
        assert "forward" not in vars(head)


def test_noisy_predictor__is_the_test_prediction_for_sliding_windows():
    test_cfg = dict(mode="slide", crop_size=(16, 16), stride=(8, 8))
    model = build_model(test_cfg=test_cfg).eval()
    with torch.no_grad():
        (expected,) = model.test_step(one_image())
        with NoisyPredictor(model, one_image(), FeatureNoise(eps=2.0)) as predictor:
            noisy = predictor.noisy().seg_logits.data
            clean = predictor.clean().seg_logits.data
    assert torch.equal(clean, expected.seg_logits.data)
    assert not torch.equal(noisy, clean)


def test_sample_maps__plain_mmseg_model_and_model_without_map():
    # stock EncoderDecoder predicts with its main head alone
    segmentor = tiny_segmentor()
    segmentor.pop("type")
    segmentor["test_cfg"] = ConfigDict(mode="whole")
    plain = MODELS.build(
        dict(
            segmentor,
            type="EncoderDecoder",
            data_preprocessor=dict(type="SegDataPreProcessor", size_divisor=32),
        )
    )
    for model in (plain, build_model(lipschitz=False)):
        maps = sample_maps(model, one_image(), draws=2)
        assert (maps.noise.kind, maps.noise.eps) == ("gaussian_mixed", 3.0)
        shapes = {maps.labels.shape, maps.variance.shape, maps.lipschitz.shape}
        assert shapes == {(48, 64)}
        assert np.isfinite(maps.lipschitz).all()


def test_sample_maps__same_seed_same_maps():
    model = build_model()
    first, again, other = (
        sample_maps(model, one_image(), draws=2, seed=s) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.variance, again.variance)
    np.testing.assert_array_equal(first.lipschitz, again.lipschitz)
    assert (first.variance != other.variance).any()
    np.testing.assert_array_equal(first.labels, other.labels)


def test_sample_maps__leaves_model_and_random_numbers_alone():
    model = build_model().train()
    model.segmentor.backbone.layer1.eval()  # a frozen part
    modes = {m: m.training for m in model.modules()}
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    torch.manual_seed(3)
    expected = torch.rand(2), np.random.rand(2)  # noqa: NPY002
    torch.manual_seed(3)
    state = np.random.get_state()  # noqa: NPY002
    sample_maps(model, one_image(), draws=2)
    assert torch.equal(torch.rand(2), expected[0])
    assert (np.random.get_state()[1] == state[1]).all()  # noqa: NPY002
    assert {m: m.training for m in model.modules()} == modes
    assert all(torch.equal(weights[k], v) for k, v in model.state_dict().items())


def test_undisturbed__restores_after_an_error():
    model = torch.nn.Sequential(torch.nn.Dropout()).train()

    def fail():
        with undisturbed(model):
            assert not model[0].training
            assert not torch.is_grad_enabled()
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert model[0].training
    assert torch.is_grad_enabled()
