"""Whole rankings of a tiny model: what is compared, with what, and what is refused."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from labelled_images import SIZE, build_model, images
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from sklearn.metrics import roc_auc_score

from mmseg_uda.map_quality.rank_images import rank_images
from mmseg_uda.map_quality.score_set import score_set

NOISES = [dict(kind="gaussian_clip", eps=2.0)]
NOISE = "L_lip gaussian_clip eps=2.0"
MAPS = dict(
    lipschitz=dict(type="LipschitzMap", noise=dict(kind="sign", eps=1.0)),
    of_source=dict(type="EntropyMap", on="source"),
    both=dict(type="CombinedMap", maps=["lipschitz", "of_source"], how="product"),
)


@torch.no_grad()
def predictions(model, data):
    """Per image: class probabilities (K, H, W) and label, float64 NumPy arrays."""
    for _, batch in data:
        (sample,) = model.test_step(batch)
        probs = sample.seg_logits.data.double().softmax(0).numpy()
        yield probs, batch["data_samples"][0].gt_sem_seg.data[0].numpy()


def pooled(model, data, score):
    """A score and whether pixels are wrong, over the labelled pixels of all images."""
    scores, wrong = [], []
    for probs, label in predictions(model, data):
        mask = label != 255
        scores.append(score(probs)[mask])
        wrong.append((probs.argmax(0) != label)[mask])
    return np.concatenate(scores), np.concatenate(wrong)


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("1 - confidence", lambda p: 1 - p.max(0)),
        ("entropy", lambda p: -(p * np.log(p)).sum(0) / np.log(5)),
        ("1 - margin", lambda p: 1 - (np.sort(p, 0)[-1] - np.sort(p, 0)[-2])),
    ],
)
def test_usual_scores__against_the_prediction_of_a_test(name, score):
    model, data = build_model(), images()
    found = rank_images(model, images(), score_set(model))[name]
    scores, wrong = pooled(model, data, score)
    assert found["pixels"] == len(scores) == 3 * 43 * 64
    assert found["error_rate"] == pytest.approx(wrong.mean())
    assert found["auroc"] == pytest.approx(roc_auc_score(wrong, scores), abs=1e-3)
    assert found["mean"] == pytest.approx(scores.mean(), rel=1e-5)
    weights = np.exp(-scores) if name == "entropy" else 1 - scores
    assert found["weight"]["wrong"] == pytest.approx(weights[wrong].mean(), rel=1e-5)


@torch.no_grad()
def test_head_divergence__is_the_kl_of_the_heads_at_the_size_of_the_label():
    model, data = build_model(), images(1)
    found = rank_images(model, images(1), score_set(model))["head divergence"]
    batch = model.data_preprocessor(data[0][1], False)
    feats = model.extract_feat(batch["inputs"])
    p, q = (
        F.interpolate(head(feats), (24, 32), mode="bilinear", align_corners=True)
        .double()
        .softmax(1)
        for head in (model.auxiliary_head, model.decode_head)
    )
    kl = (p * (p / q).log()).sum(1, keepdim=True)
    kl = F.interpolate(kl, SIZE, mode="bilinear")[0, 0].numpy()
    scores, wrong = pooled(model, data, lambda _: kl)
    assert found["mean"] == pytest.approx(scores.mean(), rel=1e-4)
    assert found["auroc"] == pytest.approx(roc_auc_score(wrong, scores), abs=1e-3)


def test_scores__sum_with_the_confidence_is_the_product_of_weights():
    model = build_model()
    scores = score_set(model, NOISES, combine=["sum", "product"])
    ranked = rank_images(model, images(1), scores)
    alone, both = ranked[NOISE]["mean"], ranked[f"{NOISE} x confidence"]["mean"]
    unsure, _ = pooled(model, images(1), lambda p: -np.log(p.max(0)))
    # the mean is linear; the map is resized after the logarithm, the prediction before
    assert both - alone == pytest.approx(unsure.mean(), rel=0.02)
    assert f"{NOISE} * -log confidence" in ranked


def test_scores__which_maps_of_a_config_are_left_out_and_why():
    maps = dict(
        MAPS,
        judged=dict(type="ImageConsistencyMap", head="d", source_label=0),
        unsure=dict(type="EntropyMap"),
    )
    adversarial = dict(
        type="Adversarial", discriminators=dict(decode="d"), sees="feature"
    )
    model = build_model(
        maps,
        heads=dict(d=dict(type="PixelDiscriminator", in_channels=32, channels=(4,))),
        objectives=dict(adversarial=adversarial),
    )
    found = score_set(model, weights=["backbone.conv1.weight"])
    names = [score.name for score in found.scores if score.family == "config"]
    assert names == ["lipschitz (config)", "unsure (config)"]
    assert found.left_out == dict(
        of_source="it looks at view 'source', and with it at domain 'source'",
        both="it looks at view 'source', and with it at domain 'source'",
        judged="the checkpoint does not hold its head 'd'",
    )
    loaded = score_set(model, weights=["heads.d.model.0.weight"])
    assert "judged" not in loaded.left_out
    assert "judged (config)" in rank_images(model, images(1), loaded)


def test_scores__a_bound_that_was_not_found_leaves_its_maps_out():
    noise = dict(kind="sign", eps="auto")
    model = build_model(dict(MAPS, lipschitz=dict(type="LipschitzMap", noise=noise)))
    found = score_set(model)
    assert found.left_out["lipschitz"].startswith("the bound of the noise is eps='aut")
    assert [score.name for score in found.scores if "lipschitz" in score.name] == []
    weights = {"maps.lipschitz.found_eps": torch.tensor(2.0, dtype=torch.float64)}
    model.load_state_dict(weights, strict=False)
    ranked = rank_images(model, images(1), score_set(model))
    assert "|r| <= 2 * rms" in ranked["lipschitz (config)"]["equation"]


def test_scores__of_one_head_have_no_head_divergence():
    model = build_model(dict(cosine=dict(type="HeadCosineMap")), aux=False)
    found = score_set(model, NOISES)
    assert found.left_out == dict(cosine="it needs the segmentation head 'aux'")
    ranked = rank_images(model, images(1), found)
    assert not [name for name in ranked if name.startswith("head")]
    assert NOISE in ranked


def test_scores__of_a_plain_mmseg_model():
    whole = build_model()
    config = dict(type="SegDataPreProcessor", mean=[0.0] * 3, std=[1.0] * 3)
    plain = whole.segmentor.eval()
    plain.data_preprocessor = MODELS.build(config)
    ranked = rank_images(plain, images(1), score_set(plain, NOISES))
    assert {"1 - confidence", "head divergence", NOISE} <= {*ranked}


def test_rank_images__noise_belongs_to_image_and_seed():
    model = build_model(dict(lipschitz=MAPS["lipschitz"]))
    alone = rank_images(model, images(), score_set(model))
    torch.manual_seed(7)
    more = rank_images(model, images(), score_set(model, NOISES))
    turned = rank_images(model, images()[::-1], score_set(model))
    other = rank_images(model, images(), score_set(model), seed=1)
    for key in ("auroc", "aurc"):
        of = [run["lipschitz (config)"][key] for run in (alone, more, turned, other)]
        assert of[0] == of[1] == of[2] != of[3]


def test_rank_images__no_noise_says_nothing():
    model = build_model()
    ranked = rank_images(model, images(1), score_set(model, [dict(eps=0.0)]))
    found = ranked["L_lip eps=0.0"]
    assert found["mean"] == 0
    assert found["auroc"] == 0.5
    assert found["aurc"] == pytest.approx(found["error_rate"])
    assert found["weight"] == dict(right=1.0, wrong=1.0)


def test_rank_images__leaves_model_and_random_numbers_alone():
    model = build_model().train()
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    rank_images(model, images(1), score_set(model, NOISES))
    assert torch.equal(torch.rand(2), expected)
    assert model.training


def wrong_label(value):
    data = images(1)
    data[0][1]["data_samples"][0].gt_sem_seg.data[0, 20, 20] = value
    return data


def unlabelled_pixels():
    data = images(1)
    label = torch.full((1, *SIZE), 255)
    data[0][1]["data_samples"][0].gt_sem_seg = PixelData(data=label)
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (images(1, labelled=False), r"0\.png: it has no label.*LoadAnnotations"),
        (images(1, size=(24, 32)), r"is \(48, 64\) pixels .*label \(24, 32\)"),
        (wrong_label(5), r"0\.png: its label holds 5; the model predicts .* 0 to 4"),
        (unlabelled_pixels(), "no pixel of the images has a label"),
        ([], "no pixel of the images has a label"),
    ],
)
def test_rank_images__what_cannot_be_ranked(data, said):
    model = build_model()
    with pytest.raises(ValueError, match=said):
        rank_images(model, data, score_set(model))


def test_rank_images__a_network_that_diverged():
    model = build_model()
    torch.nn.init.constant_(next(model.segmentor.auxiliary_head.parameters()), np.nan)
    with pytest.raises(ValueError, match=r"0\.png: the model predicts NaN"):
        rank_images(model, images(1), score_set(model))
